/** Whether a gateway that has just started is one that we can work with: it says hello, answers an authenticated call, and has what we use. */
import { errorText } from '../platform/log.ts'
import { type GatewayAddress, withGateway } from './probe.ts'

/** Without one of these nothing goes: provisioning, delivery, the page. */
const needed = [
  'agents.create',
  'agents.files.set',
  'agents.list',
  'chat.history',
  'chat.send',
  'config.get',
  'config.patch',
  'sessions.abort',
  'sessions.list',
  'sessions.subscribe',
] as const

export type Verdict = { readonly ok: true; readonly message: string } | { readonly ok: false; readonly message: string }

/** @param version What it has to call itself; null for whatever it says. */
export async function verifyGateway(address: GatewayAddress, version: string | null, timeoutMs = 20_000): Promise<Verdict> {
  try {
    return await withGateway(address, {
      timeoutMs,
      async use(request, said, hello): Promise<Verdict> {
        if (version !== null && said !== null && said !== version)
          return { ok: false, message: `It calls itself ${said} and not ${version}.` }
        const methods = (hello as { features?: { methods?: unknown } } | null)?.features?.methods
        const known = new Set<unknown>(Array.isArray(methods) ? (methods as unknown[]) : [])
        const missing = needed.filter((method) => !known.has(method))
        if (missing.length > 0) return { ok: false, message: `It cannot do what Mission Control needs: ${missing.join(', ')}.` }
        await request('agents.list', {}, { timeoutMs })
        return { ok: true, message: `Version ${said ?? 'unknown'} said hello and answered; ${known.size} methods.` }
      },
    })
  } catch (error) {
    return { ok: false, message: errorText(error) }
  }
}
