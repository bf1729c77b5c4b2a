/**
 * The demo model: a scripted, OpenAI-compatible provider on loopback, so that a real gateway with real agents can be tried
 * without a key. It speaks what OpenClaw's `openai-completions` provider uses: `POST /v1/chat/completions` (streamed or not)
 * and `GET /v1/models`. What it says is decided in `demo-model-turn.ts`.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { type ChatMessage, type DemoTurn, demoTurn } from './demo-model-turn.ts'

/** The id to write in the gateway's configuration (`models.providers.<name>.models[].id`). */
export const demoModelId = 'demo-1'

export interface DemoModel {
  /** Base address for the provider's configuration, `http://127.0.0.1:PORT/v1`. */
  url: string
  port: number
  /** Ends running answers and closes the port. */
  stop(): Promise<void>
}

interface CompletionRequest {
  model?: string
  stream?: boolean
  messages?: ChatMessage[]
  tools?: { function?: { name?: string } }[]
}

const longestBody = 20 * 1024 * 1024

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > longestBody) throw new Error('The request is larger than 20 MB.')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

function sendError(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, { error: { message, type: status >= 500 ? 'server_error' : 'invalid_request_error', code: 'demo' } })
}

function wait(ms: number, response: ServerResponse): Promise<void> {
  if (ms <= 0 || response.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      response.off('close', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    response.on('close', done)
  })
}

/** Facts of an answer that do not depend on the clock: ids come from the question, so that the same question has the same answer. */
function factsOf(request: CompletionRequest, turn: DemoTurn) {
  const digest = createHash('sha256')
    .update(JSON.stringify(request.messages ?? []))
    .digest('hex')
    .slice(0, 24)
  const words = turn.kind === 'text' ? turn.text.split(/\s+/).length : 12
  const prompt = Math.ceil(JSON.stringify(request.messages ?? []).length / 4)
  return {
    id: `chatcmpl-${digest}`,
    callId: `call_${digest}`,
    head: { id: `chatcmpl-${digest}`, created: Math.floor(Date.now() / 1000), model: request.model ?? demoModelId },
    usage: { prompt_tokens: prompt, completion_tokens: words, total_tokens: prompt + words },
  }
}

function answerWhole(response: ServerResponse, request: CompletionRequest, turn: DemoTurn & { kind: 'text' | 'tool' }): void {
  const { head, callId, usage } = factsOf(request, turn)
  const message =
    turn.kind === 'text'
      ? { role: 'assistant', content: turn.text }
      : {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: callId, type: 'function', function: { name: turn.name, arguments: JSON.stringify(turn.args) } }],
        }
  sendJson(response, 200, {
    ...head,
    object: 'chat.completion',
    usage,
    choices: [{ index: 0, finish_reason: turn.kind === 'text' ? 'stop' : 'tool_calls', message }],
  })
}

async function answerStream(
  response: ServerResponse,
  request: CompletionRequest,
  turn: DemoTurn & { kind: 'text' | 'tool' },
): Promise<void> {
  const { head, callId, usage } = factsOf(request, turn)
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  const frame = (body: object): void =>
    void response.write(`data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', ...body })}\n\n`)
  const send = (delta: object, finish: string | null = null): void => frame({ choices: [{ index: 0, delta, finish_reason: finish }] })
  send({ role: 'assistant', content: '' })
  if (turn.kind === 'tool') {
    send({ tool_calls: [{ index: 0, id: callId, type: 'function', function: { name: turn.name, arguments: '' } }] })
    send({ tool_calls: [{ index: 0, function: { arguments: JSON.stringify(turn.args) } }] })
    send({}, 'tool_calls')
  } else {
    for (const word of turn.text.split(/(?<=\s)/)) {
      if (response.destroyed) return
      send({ content: word })
      await wait(turn.gap_ms, response)
    }
    send({}, 'stop')
  }
  frame({ choices: [], usage })
  response.end('data: [DONE]\n\n')
}

async function complete(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body: CompletionRequest
  try {
    body = JSON.parse(await readBody(request)) as CompletionRequest
  } catch {
    sendError(response, 400, 'The body is not JSON.')
    return
  }
  const turn = demoTurn(
    Array.isArray(body.messages) ? body.messages : [],
    (body.tools ?? []).map((tool) => tool.function?.name ?? ''),
  )
  if (turn.kind === 'hang') return
  if (turn.kind === 'fail') return sendError(response, turn.status, 'The demo model was told to fail.')
  if (body.stream) await answerStream(response, body, turn)
  else answerWhole(response, body, turn)
}

/** @param options.port 0 (default): a free one. */
export async function createDemoModel(options: { port?: number; host?: '127.0.0.1' } = {}): Promise<DemoModel> {
  const host = options.host ?? '127.0.0.1'
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0]
    if (path === '/v1/models' && request.method === 'GET') {
      sendJson(response, 200, { object: 'list', data: [{ id: demoModelId, object: 'model', created: 0, owned_by: 'mission-control' }] })
    } else if (path === '/v1/chat/completions' && request.method === 'POST') {
      complete(request, response).catch((error: unknown) => {
        if (response.headersSent) response.destroy()
        else sendError(response, 400, error instanceof Error ? error.message : 'The request could not be read.')
      })
    } else sendError(response, 404, 'The demo model has /v1/chat/completions and /v1/models.')
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${host}:${port}/v1`,
    port,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
