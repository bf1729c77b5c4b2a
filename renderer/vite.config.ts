import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// The base is relative: the same files are served from `app://mission-control/` and from the services host.
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  resolve: { alias: [{ find: /^zod$/, replacement: fileURLToPath(new URL('src/lib/zod.ts', import.meta.url)) }] },
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'es2023',
    // Inlining small modules as data: URLs would need a wider script-src.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  server: {
    // Development against a control center that runs on its default port.
    proxy: { '/api': { target: process.env['MISSION_CONTROL_URL'] ?? 'http://127.0.0.1:8642', changeOrigin: false } },
  },
})
