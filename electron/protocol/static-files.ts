/** The built renderer for `app://`: what `platform/static-files` serves, and refusals for everything else. */
import { securityHeaders } from '../../native-services/contract/csp.ts'
import { createFileServer } from '../../native-services/platform/static-files.ts'

function refuse(status: number, text: string, extra: Record<string, string> = {}): Response {
  return new Response(text, { status, headers: { ...securityHeaders(), 'content-type': 'text/plain; charset=utf-8', ...extra } })
}

/**
 * @param root Absolute folder of the built renderer.
 * @returns 200, 404 (also for anything outside the folder, links included) or 405. Never rejects for a missing file.
 */
export function createStaticFiles(root: string): (request: Request) => Promise<Response> {
  const serve = createFileServer(root)
  return async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Only GET and HEAD.', { allow: 'GET, HEAD' })
    const found = await serve(new URL(request.url).pathname)
    if (found === null) return refuse(404, 'Not found.')
    return request.method === 'HEAD' ? new Response(null, { headers: found.headers }) : found
  }
}
