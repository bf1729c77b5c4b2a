/** The window shows our page and never anything else: links that lead out open in the browser, everything else is refused. */
import { isAppUrl } from '../app-origin.ts'
import type { Preventable, WebContentsPort } from '../ports.ts'
import { externalUrl } from './external-links.ts'

export type NavigationVerdict = { readonly kind: 'allow' } | { readonly kind: 'external'; readonly url: string } | { readonly kind: 'deny' }

/**
 * @param source `link`: the main frame wants to go there. `redirect`: an answer sends it there. `frame`: a frame inside the page.
 * `window`: a new window. Only what a person can have clicked may open the browser.
 */
export function navigationVerdict(url: string, source: 'link' | 'redirect' | 'frame' | 'window'): NavigationVerdict {
  if (isAppUrl(url)) return source === 'window' ? { kind: 'deny' } : { kind: 'allow' }
  const external = source === 'link' || source === 'window' ? externalUrl(url) : null
  return external ? { kind: 'external', url: external } : { kind: 'deny' }
}

/** Hooks one page. Called for every WebContents there is, also those that we did not create. */
export function guardNavigation(
  contents: WebContentsPort,
  options: { open: (url: string) => void; onRefused: (url: string, source: string) => void },
): void {
  function judge(event: Preventable & { readonly url: string }, source: 'link' | 'redirect' | 'frame'): void {
    const verdict = navigationVerdict(event.url, source)
    if (verdict.kind === 'allow') return
    event.preventDefault()
    if (verdict.kind === 'external') options.open(verdict.url)
    else options.onRefused(event.url, source)
  }

  contents.on('will-navigate', (event) => judge(event, 'link'))
  contents.on('will-redirect', (event) => judge(event, 'redirect'))
  // Fires for the main frame too, where `will-navigate` has spoken already.
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) judge(event, 'frame')
  })
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    const verdict = navigationVerdict(url, 'window')
    if (verdict.kind === 'external') options.open(verdict.url)
    else options.onRefused(url, 'window')
    return { action: 'deny' }
  })
}
