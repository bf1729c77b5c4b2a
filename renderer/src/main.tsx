import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './app/tokens.css'
import './app/base.css'
import './app/main-parts.css'
import './app/mantine-overrides.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { beginLive } from './lib/connection.ts'
import { watchEscape, watchRows } from './lib/keys.ts'
import { useLive } from './lib/store.ts'

// After an update the parts of the old page are gone. Loading the new one is right; once, lest a broken build reloads for ever, and never
// while nobody answers, which would leave nothing at all.
window.addEventListener('vite:preloadError', (event) => {
  if (useLive.getState().connection !== 'live') return
  const key = 'mission-control-reloaded'
  const last = Number(sessionStorage.getItem(key) ?? 0)
  if (Date.now() - last < 30_000) return
  sessionStorage.setItem(key, String(Date.now()))
  event.preventDefault()
  window.location.reload()
})

watchEscape()
watchRows()

// The data is on its way before the page is drawn for the first time. A sign-in link has no session yet.
if (!window.location.hash.startsWith('#/login/')) beginLive()

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
}
