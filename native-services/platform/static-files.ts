/** A folder of built files over HTTP: GET and HEAD, nothing outside the folder, no listings. Routes of the page are hashes, so there is no fallback page. */
import { readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { securityHeaders } from '../contract/csp.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
}

/** Null for a path that no built file can have. */
function relativeFile(pathname: string): string | null {
  let decoded: string
  try {
    decoded = decodeURIComponent(pathname)
  } catch {
    return null
  }
  // A backslash separates folders on Windows, a NUL ends a name for the system, a colon names a drive or a stream.
  if (/[\\\0:]/.test(decoded) || !decoded.startsWith('/') || decoded.split('/').includes('..')) return null
  return decoded.endsWith('/') ? `${decoded}index.html` : decoded
}

/** @returns The file, or null when there is none. Hashed names under `/assets/` may be kept for ever, everything else is asked for again. */
export function createFileServer(root: string): (pathname: string) => Promise<Response | null> {
  return async (pathname) => {
    const relative = relativeFile(pathname)
    if (relative === null) return null
    try {
      const folder = await realpath(root)
      // Links are followed before the check, so that none leads out of the folder.
      const file = await realpath(path.join(folder, relative))
      if (!file.startsWith(folder + path.sep) || !(await stat(file)).isFile()) return null
      const content = await readFile(file)
      return new Response(new Uint8Array(content), {
        headers: {
          ...securityHeaders(),
          'content-type': contentTypes[path.extname(file).toLowerCase()] ?? 'application/octet-stream',
          'content-length': String(content.byteLength),
          'cache-control': relative.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        },
      })
    } catch {
      return null
    }
  }
}
