/**
 * Stands in for the gateway's `POST /v1/responses` on a real socket: streams like the real one, and misbehaves as told:
 * answers late, fails before or within the stream, limits the rate, or closes the connection in the middle.
 */
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export type Behaviour = 'answer' | 'http_500' | 'rate_limited' | 'failed' | 'close'

export interface Arrival {
  at: number
  session_key: string
  /** From the prompt; null for other messages. */
  notification_id: string | null
  behaviour: Behaviour
}

export interface ScriptedGateway {
  port: number
  /** What answers, for a server that does more than this. */
  listener: RequestListener
  readonly arrivals: Arrival[]
  /** What to do with the next request, and how long to take, milliseconds. */
  decide: (arrival: Omit<Arrival, 'behaviour'>) => { behaviour: Behaviour; ms: number; text?: string }
  onArrival: (arrival: Arrival) => void
  stop(): Promise<void>
}

/** A small seeded generator (mulberry32), uniform in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export async function startScriptedGateway(): Promise<ScriptedGateway> {
  const arrivals: Arrival[] = []
  const sockets = new Set<Socket>()
  let runs = 0

  async function answer(response: ServerResponse, arrival: Arrival, plan: { ms: number; text?: string }): Promise<void> {
    const wait = (ms: number): Promise<void> => (ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve())
    const json = (status: number, body: object, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify(body))
    }
    if (arrival.behaviour === 'http_500')
      return wait(plan.ms).then(() => json(500, { error: { message: 'internal error', type: 'api_error' } }))
    if (arrival.behaviour === 'rate_limited')
      return json(429, { error: { message: 'slow down', type: 'rate_limit' } }, { 'retry-after': '0' })
    runs += 1
    const id = `resp_${runs}`
    const text = plan.text ?? `reply to ${arrival.notification_id ?? 'nothing'} (run ${runs})`
    const event = (type: string, body: object): void =>
      void response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...body })}\n\n`)
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    event('response.created', { response: { id, status: 'in_progress' } })
    await wait(plan.ms / 2)
    event('response.output_text.delta', { delta: text.slice(0, 5) })
    await wait(plan.ms / 2)
    if (arrival.behaviour === 'close') return void response.destroy()
    if (arrival.behaviour === 'failed')
      event('response.failed', { response: { id, status: 'failed', error: { code: 'api_error', message: 'internal error' } } })
    else {
      event('response.output_text.delta', { delta: text.slice(5) })
      const output = [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }]
      event('response.completed', { response: { id, status: 'completed', output, usage: { input_tokens: 1, output_tokens: 1 } } })
    }
    response.end('data: [DONE]\n\n')
  }

  const listener: RequestListener = (request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      const input = String((JSON.parse(body) as { input?: unknown }).input ?? '')
      const seen = {
        at: Date.now(),
        session_key: String(request.headers['x-openclaw-session-key']),
        notification_id: /^Notification ID: (\S+)$/m.exec(input)?.[1] ?? null,
      }
      const plan = gateway.decide(seen)
      const arrival = { ...seen, behaviour: plan.behaviour }
      arrivals.push(arrival)
      gateway.onArrival(arrival)
      answer(response, arrival, plan).catch(() => response.destroy())
    })
  }
  const server = createServer(listener)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const gateway: ScriptedGateway = {
    port: (server.address() as AddressInfo).port,
    listener,
    arrivals,
    decide: () => ({ behaviour: 'answer', ms: 0 }),
    onArrival: () => {},
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
  return gateway
}
