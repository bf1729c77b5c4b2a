/** The sandboxed preload: exposes `window.desktop` and nothing else. Bundled to one CommonJS file. */
import { exposeToPage, invokeMain, listenToMain } from './adapters/preload-electron.ts'
import { createDesktopApi } from './desktop-api.ts'

exposeToPage('desktop', createDesktopApi({ invoke: invokeMain, listen: listenToMain, platform: process.platform, argv: process.argv }))
