/**
 * The WebSocket side of a gateway on a real socket: the handshake, sessions, chat. Our official client and everything behind it is real.
 * It keeps transcripts and, like the real one, refuses parameters that it does not know.
 */
import { readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'

interface Socket {
  send(text: string): void
  on(event: 'message', listener: (data: Buffer) => void): void
  terminate(): void
}
interface Server {
  on(event: 'connection', listener: (socket: Socket) => void): void
  clients: Set<Socket>
  close(): void
}
const { WebSocketServer } = createRequire(import.meta.url)('ws') as { WebSocketServer: new (options: object) => Server }

type Json = Record<string, unknown>

export interface ChatGateway {
  readonly port: number
  readonly token: string
  readonly calls: { method: string; params: Json }[]
  readonly transcripts: Map<string, Json[]>
  /** Rows beside those of the transcripts. */
  rows: Json[]
  /** Further methods of a test; what they throw is a refusal. */
  readonly extra: Record<string, (params: Json) => Json>
  /** The next call of this method is refused with this code and sentence. */
  failNext(method: string, code: string, message: string): void
  emit(event: string, payload: Json): void
  stop(): Promise<void>
}

const allowed: Record<string, readonly string[]> = {
  'sessions.list': ['agentId', 'limit', 'includeLastMessage'],
  'chat.history': ['sessionKey', 'limit', 'offset'],
  'chat.send': ['sessionKey', 'message', 'idempotencyKey'],
  'sessions.abort': ['key'],
  'sessions.reset': ['key'],
}

/** @param onRequest Answers what comes over HTTP. */
export async function startChatGateway(onRequest?: RequestListener): Promise<ChatGateway> {
  const fixture = JSON.parse(readFileSync(new URL('../fixtures/gateway-frames/hello-2026.9.6.json', import.meta.url), 'utf8')) as {
    frame: Json
  }
  const transcripts: ChatGateway['transcripts'] = new Map()
  const failures = new Map<string, { code: string; message: string }>()
  const running = new Map<string, string>()
  const http = createServer(onRequest)
  const server = new WebSocketServer({ server: http })
  let seq = 0

  const methods: Record<string, (params: Json) => Json> = {
    'sessions.subscribe': () => ({ ok: true }),
    'last-heartbeat': () => ({}),
    'sessions.list': ({ agentId }) => ({
      sessions: [
        ...gateway.rows,
        ...[...transcripts].map(([key, messages]) => ({ key, hasActiveRun: running.has(key), updatedAt: 1000 + messages.length })),
      ].filter((row) => String((row as Json)['key']).startsWith(`agent:${String(agentId)}:`)),
    }),
    'chat.history'({ sessionKey, limit, offset }) {
      const all = transcripts.get(String(sessionKey)) ?? []
      const end = all.length - Number(offset)
      const from = Math.max(0, end - Number(limit))
      const run = running.get(String(sessionKey))
      return {
        messages: all.slice(from, end),
        hasMore: from > 0,
        ...(from > 0 && { nextOffset: all.length - from }),
        ...(run !== undefined && { inFlightRun: { runId: run } }),
      }
    },
    'chat.send'({ sessionKey, message, idempotencyKey }) {
      const key = String(sessionKey)
      const said = { role: 'user', content: message, timestamp: Date.now(), __openclaw: { id: `m${(seq += 1)}` } }
      transcripts.set(key, [...(transcripts.get(key) ?? []), said])
      running.set(key, String(idempotencyKey))
      return { runId: idempotencyKey, status: 'started' }
    },
    'sessions.abort'({ key }) {
      const run = running.get(String(key)) ?? null
      running.delete(String(key))
      return { ok: true, abortedRunId: run, status: run === null ? 'no-active-run' : 'aborted' }
    },
    'sessions.reset'({ key }) {
      transcripts.set(String(key), [])
      return { ok: true }
    },
  }

  server.on('connection', (socket) => {
    const send = (frame: Json): void => socket.send(JSON.stringify(frame))
    send({ type: 'event', event: 'connect.challenge', payload: { nonce: 'nonce', ts: Date.now() } })
    socket.on('message', (data) => {
      const { id, method, params = {} } = JSON.parse(data.toString()) as { id: string; method: string; params?: Json }
      if (method === 'connect') return send({ type: 'res', id, ok: true, payload: fixture.frame })
      gateway.calls.push({ method, params })
      const refuse = (code: string, message: string): void => send({ type: 'res', id, ok: false, error: { code, message } })
      const failure = failures.get(method)
      failures.delete(method)
      if (failure) return refuse(failure.code, failure.message)
      const strange = allowed[method] && Object.keys(params).find((name) => !allowed[method]?.includes(name))
      if (strange !== undefined) return refuse('INVALID_REQUEST', `unexpected property ${strange}`)
      const extra = gateway.extra[method]
      if (extra) {
        try {
          return send({ type: 'res', id, ok: true, payload: extra(params) })
        } catch (error) {
          return refuse('INVALID_REQUEST', error instanceof Error ? error.message : String(error))
        }
      }
      const answer = methods[method]
      if (!answer) return refuse('INVALID_REQUEST', `unknown method: ${method}`)
      send({ type: 'res', id, ok: true, payload: answer(params) })
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))

  const gateway: ChatGateway = {
    port: (http.address() as AddressInfo).port,
    token: 'stand-in-gateway-token-0123456789',
    calls: [],
    transcripts,
    rows: [],
    extra: {},
    failNext: (method, code, message) => void failures.set(method, { code, message }),
    emit(event, payload) {
      seq += 1
      for (const socket of server.clients) socket.send(JSON.stringify({ type: 'event', event, payload }))
    },
    stop: () =>
      new Promise((resolve) => {
        for (const socket of server.clients) socket.terminate()
        server.close()
        http.close(() => resolve())
      }),
  }
  return gateway
}
