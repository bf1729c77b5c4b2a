/** Questions to a gateway: is it one, has it started, does it take our token, what version is it. */
import { GatewayClient } from '@openclaw/gateway-client'
import { errorText } from '../platform/log.ts'

export interface GatewayAddress {
  readonly port: number
  readonly token: string
}

/** Status of a `GET` to loopback and the parsed body; null when nothing answers in time. */
async function get(port: number, path: string, timeoutMs: number): Promise<{ status: number; body: unknown } | null> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(timeoutMs), redirect: 'manual' })
    return { status: response.status, body: await response.json().catch(() => null) }
  } catch {
    return null
  }
}

/** `started` and the version from `/startupz`; null when that does not look like OpenClaw. */
export async function gatewayStartup(port: number, timeoutMs = 2000): Promise<{ started: boolean; version: string | null } | null> {
  const answer = await get(port, '/startupz', timeoutMs)
  const body = answer?.body as { status?: unknown; version?: unknown } | null | undefined
  if (!answer || !body || (body.status !== 'started' && body.status !== 'starting')) return null
  return { started: answer.status === 200 && body.status === 'started', version: typeof body.version === 'string' ? body.version : null }
}

/** `/readyz`: does it take work? While it drains it says why not. */
export async function gatewayReadiness(port: number, timeoutMs = 4000): Promise<{ ok: boolean; silent: boolean; reason: string | null }> {
  const answer = await get(port, '/readyz', timeoutMs)
  if (!answer) return { ok: false, silent: true, reason: `It does not answer on port ${port}.` }
  if (answer.status === 200) return { ok: true, silent: false, reason: null }
  const failing = (answer.body as { failing?: unknown } | null)?.failing
  return {
    ok: false,
    silent: false,
    reason: `It is not ready: ${Array.isArray(failing) ? failing.join(', ') : `status ${answer.status}`}.`,
  }
}

export type Hello =
  | { readonly ok: true; readonly version: string | null; readonly pid: number | null }
  | { readonly ok: false; readonly reason: string }

/** Opens an authenticated connection, runs `use` with it and closes it. Throws when it cannot be had within the time. */
export async function withGateway<Result>(
  address: GatewayAddress,
  options: { timeoutMs: number; use: (request: GatewayClient['request'], version: string | null, hello: unknown) => Promise<Result> },
): Promise<Result> {
  let finish: (outcome: { version: string | null; hello: unknown } | Error) => void = () => undefined
  const connected = new Promise<{ version: string | null; hello: unknown } | Error>((resolve) => {
    finish = resolve
  })
  const client = new GatewayClient({
    url: `ws://127.0.0.1:${address.port}`,
    token: address.token,
    clientDisplayName: 'Mission Control supervisor',
    scopes: ['operator.admin'],
    onHelloOk: (hello) => finish({ version: (hello as { server?: { version?: string } }).server?.version ?? null, hello }),
    onConnectError: (error) => finish(error),
    onClose: (code, reason) => finish(new Error(`The connection was closed (${code}${reason ? ` ${reason}` : ''}).`)),
  })
  const timer = setTimeout(() => finish(new Error('The gateway did not answer in time.')), options.timeoutMs)
  try {
    client.start()
    const outcome = await connected
    if (outcome instanceof Error) throw outcome
    return await options.use(client.request.bind(client), outcome.version, outcome.hello)
  } finally {
    clearTimeout(timer)
    client.stop()
  }
}

/** One authenticated hello. */
export async function gatewayHello(address: GatewayAddress, timeoutMs = 5000): Promise<Hello> {
  try {
    return await withGateway(address, {
      timeoutMs,
      use: async (request, version) => {
        const info = await request<{ pid?: number }>('system.info', {}, { timeoutMs }).catch(() => null)
        return { ok: true, version, pid: typeof info?.pid === 'number' ? info.pid : null }
      },
    })
  } catch (error) {
    return { ok: false, reason: errorText(error) }
  }
}

/**
 * Ends what the gateway is working on, so that SIGTERM does not wait for it and a later start does not resume it:
 * active sessions are aborted, running tasks cancelled. Returns how many there were.
 */
export async function quiesceGateway(address: GatewayAddress, timeoutMs: number): Promise<number> {
  return withGateway(address, {
    timeoutMs,
    use: async (request) => {
      const limit = { timeoutMs }
      const { sessions = [] } = await request<{ sessions?: { key?: string }[] }>('sessions.list', { activeOnly: true }, limit)
      const { tasks = [] } = await request<{ tasks?: { id?: string; taskId?: string }[] }>('tasks.list', { status: 'running' }, limit)
      const ends = [
        ...sessions.flatMap((session) => (session.key ? [request('sessions.abort', { key: session.key }, limit)] : [])),
        ...tasks.flatMap((task) => {
          const taskId = task.id ?? task.taskId
          return taskId ? [request('tasks.cancel', { taskId }, limit)] : []
        }),
      ]
      await Promise.allSettled(ends)
      return ends.length
    },
  })
}
