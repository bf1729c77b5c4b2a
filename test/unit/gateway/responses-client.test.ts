/** The failure modes of a turn, against a real HTTP server that misbehaves on purpose. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { httpGatewayError, toGatewayError } from '../../../native-services/gateway/gateway-errors.ts'
import { createResponsesClient } from '../../../native-services/gateway/responses-client.ts'
import { readServerSentEvents } from '../../../native-services/gateway/server-sent-events.ts'
import type { ResponsesClient } from '../../../native-services/gateway/types.ts'
import { createLog } from '../../../native-services/platform/log.ts'
import { systemClock } from '../../../native-services/platform/clock.ts'

const log = createLog({ scope: 'test', level: 'error' })
const event = (type: string, more: object = {}): string => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`
const message = (text: string): object => ({
  output: [{ type: 'message', content: [{ type: 'output_text', text }] }],
  usage: { input_tokens: 3, output_tokens: 2, cache_read_tokens: 0, cache_write_tokens: 0 },
})

describe('responses client', () => {
  let server: Server
  let client: ResponsesClient
  let handle: (request: IncomingMessage, response: ServerResponse, body: string) => void
  let port: number

  beforeEach(async () => {
    server = createServer((request, response) => {
      let body = ''
      request.on('data', (data: Buffer) => (body += data.toString('utf8')))
      request.on('end', () => handle(request, response, body))
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ;({ port } = server.address() as AddressInfo)
    client = createResponsesClient({ clock: systemClock, log, requestTimeoutMs: 800 })
    client.setTarget({ port, token: 'gateway-token-0123456789' })
  })
  afterEach(async () => {
    await client.stop()
    server.closeAllConnections()
    server.close()
  })

  const run = (more: Partial<Parameters<ResponsesClient['run']>[0]> = {}) =>
    client.run({
      gateway_agent_id: 'mc-1',
      session_key: 'agent:mc-1:t',
      input: 'hi',
      instructions: 'be',
      signal: new AbortController().signal,
      ...more,
    })
  const stream = (response: ServerResponse, ...parts: string[]): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const part of parts) response.write(part)
  }

  it('sends the full session key with the agent it belongs to, and reads text, id and usage', async () => {
    let seen: { headers: IncomingMessage['headers']; body: unknown } | null = null
    handle = (request, response, body) => {
      seen = { headers: request.headers, body: JSON.parse(body) as unknown }
      stream(
        response,
        event('response.created', { response: { id: 'resp_1' } }),
        event('response.output_text.delta', { delta: 'Hel' }),
        event('response.output_text.delta', { delta: 'lo' }),
      )
      response.end(event('response.completed', { response: { id: 'resp_1', ...message('Hello') } }) + 'data: [DONE]\n\n')
    }
    const texts: string[] = []
    expect(await run({ onText: (text) => texts.push(text) })).toEqual({
      run_id: 'resp_1',
      text: 'Hello',
      usage: { input_tokens: 3, output_tokens: 2, cache_read_tokens: 0, cache_write_tokens: 0 },
    })
    expect(texts).toEqual(['Hel', 'Hello'])
    expect(seen).toMatchObject({
      headers: {
        authorization: 'Bearer gateway-token-0123456789',
        'x-openclaw-agent-id': 'mc-1',
        'x-openclaw-session-key': 'agent:mc-1:t',
      },
      body: { model: 'openclaw/mc-1', input: 'hi', instructions: 'be', stream: true },
    })
  })

  it.each([
    ['the placeholder', 'No response from OpenClaw.'],
    ['nothing', ''],
  ])('takes %s for an empty text', async (_, text) => {
    handle = (_request, response) => {
      stream(response, event('response.completed', { response: { id: 'r', ...message(text) } }))
      response.end()
    }
    expect((await run()).text).toBe('')
  })

  it.each([
    [400, 'rejected', {}],
    [401, 'unauthorized', {}],
    [404, 'rejected', {}],
    [429, 'rate_limited', { 'retry-after': '7' }],
    [500, 'failed', {}],
    [503, 'unavailable', {}],
    [504, 'timeout', {}],
  ] as const)('status %i is %s', async (status, failure, headers) => {
    handle = (_request, response) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{"error":{"message":"why not"}}')
    await expect(run()).rejects.toMatchObject({
      failure,
      detail: String(status),
      message: expect.stringContaining('why not'),
      retryAfterMs: status === 429 ? 7000 : null,
    })
  })

  it('a failed run has its reason', async () => {
    handle = (_request, response) => {
      stream(
        response,
        event('response.failed', { response: { error: { code: 'api_error', message: 'provider is down, key sk-0123456789abcdefghij' } } }),
      )
      response.end()
    }
    const error = await run().catch((cause: unknown) => cause)
    expect(error).toMatchObject({ failure: 'failed', detail: 'api_error' })
    expect(String(error)).not.toContain('sk-0123456789')
  })

  it("a connection that breaks during the run is nobody's fault", async () => {
    handle = (_request, response) => {
      stream(response, event('response.created', { response: { id: 'r' } }), event('response.output_text.delta', { delta: 'half' }))
      setTimeout(() => response.socket?.destroy(), 20)
    }
    await expect(run()).rejects.toMatchObject({ failure: 'unavailable' })
    handle = (_request, response) => {
      stream(response, event('response.created', { response: { id: 'r' } }))
      response.end()
    }
    await expect(run()).rejects.toMatchObject({ failure: 'unavailable' })
  })

  it("tells our own limit from the caller's abort, and closes the request for both", async () => {
    let closed = 0
    handle = (_request, response) => {
      stream(response, event('response.created', { response: { id: 'r' } }))
      response.on('close', () => (closed += 1))
    }
    await expect(run()).rejects.toMatchObject({ failure: 'timeout' })
    const controller = new AbortController()
    const aborted = run({ signal: controller.signal, onRunId: () => controller.abort() })
    await expect(aborted).rejects.toMatchObject({ failure: 'aborted' })
    await expect(run({ signal: AbortSignal.abort() })).rejects.toMatchObject({ failure: 'aborted' })
    await expect.poll(() => closed).toBe(2)
  })

  it('nobody listens: unavailable', async () => {
    server.close()
    server.closeAllConnections()
    await expect(run()).rejects.toMatchObject({ failure: 'unavailable', detail: 'ECONNREFUSED' })
    const fresh = createResponsesClient({ clock: systemClock, log, requestTimeoutMs: 800 })
    await expect(
      fresh.run({ gateway_agent_id: 'a', session_key: 'agent:a:x', input: '', instructions: '', signal: new AbortController().signal }),
    ).rejects.toMatchObject({ failure: 'unavailable' })
    await fresh.stop()
  })
})

describe('server-sent events', () => {
  async function read(chunks: (string | Uint8Array)[]): Promise<string[]> {
    async function* body(): AsyncGenerator<Uint8Array> {
      for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
    }
    const result: string[] = []
    for await (const data of readServerSentEvents(body())) result.push(data)
    return result
  }
  it('is indifferent to how the bytes are cut', async () => {
    const text = 'event: a\ndata: Grüße 🦞\n\n: comment\r\ndata:two\r\ndata: lines\r\n\r\ndata: last'
    const bytes = new TextEncoder().encode(text)
    const whole = await read([text])
    expect(whole).toEqual(['Grüße 🦞', 'two\nlines'])
    for (let cut = 1; cut < bytes.length; cut += 1) expect(await read([bytes.slice(0, cut), bytes.slice(cut)])).toEqual(whole)
    expect(await read([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(whole)
  })
})

describe('failure classes', () => {
  it.each([
    [{ gatewayCode: 'INVALID_REQUEST', message: 'unknown method' }, 'rejected'],
    [{ gatewayCode: 'UNAVAILABLE', message: 'gateway starting', retryAfterMs: 500 }, 'unavailable'],
    [{ gatewayCode: 'UNAVAILABLE', message: 'rate limit exceeded; retry after 60s' }, 'rate_limited'],
    [{ gatewayCode: 'FORBIDDEN', message: 'x', details: { code: 'MISSING_SCOPE' } }, 'unauthorized'],
    [{ gatewayCode: 'INVALID_REQUEST', message: 'x', details: { code: 'AUTH_TOKEN_MISMATCH' } }, 'unauthorized'],
    [{ gatewayCode: 'INTERNAL', message: 'x' }, 'failed'],
    [{ code: 'CLIENT_TIMEOUT', message: 'x' }, 'timeout'],
    [new Error('gateway closed (1006): '), 'unavailable'],
  ])('%j', (error, failure) => {
    expect(toGatewayError(error, 'x')).toMatchObject({ failure })
  })
  it('reads a date to wait for', () => {
    expect(httpGatewayError({ status: 429, message: '', retryAfter: 'Thu, 01 Jan 1970 00:00:10 GMT', now: 4000 }).retryAfterMs).toBe(6000)
  })
})
