/** The built renderer, served from its folder and from nowhere else: GET and HEAD, no directory listings, no fallback page (routes are hashes). */
import { readFile, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import { securityHeaders } from '../../native-services/contract/csp.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
}

function refuse(status: number, text: string, extra: Record<string, string> = {}): Response {
  return new Response(text, { status, headers: { ...securityHeaders(), 'content-type': 'text/plain; charset=utf-8', ...extra } })
}

/** `null` for a path that is not to be served. */
function decodePath(pathname: string): string | null {
  let decoded: string
  try {
    decoded = decodeURIComponent(pathname)
  } catch {
    return null
  }
  // A backslash separates folders on Windows, a NUL ends a name for the system, a colon names a drive or a stream.
  if (/[\\\0:]/.test(decoded) || !decoded.startsWith('/')) return null
  return decoded === '/' ? '/index.html' : decoded
}

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file)
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative)
}

/**
 * @param root Absolute folder of the built renderer.
 * @returns 200, 404 (also for anything outside the folder, links included) or 405. Never rejects for a missing file.
 */
export function createStaticFiles(root: string): (request: Request) => Promise<Response> {
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Only GET and HEAD.', { allow: 'GET, HEAD' })
    const relative = decodePath(new URL(request.url).pathname)
    if (relative === null) return refuse(404, 'Not found.')
    const wanted = path.join(root, relative)
    if (!isInside(root, wanted)) return refuse(404, 'Not found.')
    try {
      // Links are followed first and judged after, so that one inside the folder cannot lead out of it.
      const [folder, file] = await Promise.all([realpath(root), realpath(wanted)])
      if (!isInside(folder, file) || !(await stat(file)).isFile()) return refuse(404, 'Not found.')
      const content = await readFile(file)
      const headers = {
        ...securityHeaders(),
        'content-type': contentTypes[path.extname(file).toLowerCase()] ?? 'application/octet-stream',
        'content-length': String(content.byteLength),
        // Built names carry a hash of their content.
        'cache-control': relative.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      }
      return new Response(request.method === 'HEAD' ? null : new Uint8Array(content), { status: 200, headers })
    } catch {
      return refuse(404, 'Not found.')
    }
  }
}
