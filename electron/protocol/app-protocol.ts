/** `app://mission-control/…`: the page's whole world. A plain `(Request) => Promise<Response>`, so that it is tested without Electron. */
import type { CustomScheme } from 'electron'
import { securityHeaders } from '../../native-services/contract/csp.ts'
import { appScheme, isAppUrl } from '../app-origin.ts'

/** Registered before `ready`. `bypassCSP` stays off: the policy is what keeps a script that slipped in from running. */
export const appSchemes: CustomScheme[] = [
  { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true } },
]

export function createAppProtocol(options: {
  staticFiles: (request: Request) => Promise<Response>
  api: (request: Request) => Promise<Response>
  onError: (error: unknown) => void
}): (request: Request) => Promise<Response> {
  return async (request) => {
    if (!isAppUrl(request.url)) return new Response('Not found.', { status: 404, headers: securityHeaders() })
    try {
      const isApi = new URL(request.url).pathname.startsWith('/api/')
      return await (isApi ? options.api(request) : options.staticFiles(request))
    } catch (error) {
      options.onError(error)
      return new Response('Internal error.', { status: 500, headers: securityHeaders() })
    }
  }
}
