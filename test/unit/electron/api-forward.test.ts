// The forwarding against a real server on a real socket.
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  type ApiForward,
  createApiForward,
  maximumBodyBytes,
  type Upstream,
  upstreamAddress,
} from '../../../electron/protocol/api-forward.ts'
import { servicesTrouble } from '../../../electron/services/services-trouble.ts'
import { createAppProtocol } from '../../../electron/protocol/app-protocol.ts'
import { errorBody } from '../../../native-services/contract/errors.ts'

const token = 'operator-token-of-the-test'
let server: Server
let base: string
/** What the server saw of the last request, straight from the socket. */
let seen: { url: string; method: string; headers: IncomingHttpHeaders; body: string } | null = null
let openEventStreams = 0

beforeAll(async () => {
  const app = new Hono()
  app.get('/api/v1/events', (context) =>
    streamSSE(context, async (stream) => {
      openEventStreams += 1
      stream.onAbort(() => {
        openEventStreams -= 1
      })
      for (let rev = 1; !stream.aborted; rev += 1) {
        await stream.writeSSE({ id: String(rev), event: 'change', data: `{"rev":${rev}}` })
        await stream.sleep(20)
      }
    }),
  )
  app.get('/api/v1/redirect', (context) => context.redirect('http://127.0.0.1:1/elsewhere'))
  app.get(
    '/api/v1/compressed',
    () => new Response('plain after all', { headers: { 'set-cookie': 'session=1', 'x-kept': 'yes', connection: 'keep-alive' } }),
  )
  app.get('/api/v1/empty', () => new Response(null, { status: 204 }))
  app.get('/api/v1/missing', (context) => context.json({ detail: 'No.', code: 'not_found', request_id: 'r' }, 404))
  app.get('/healthz', (context) => context.text('outside of /api'))
  const echo = async (context: Context) => {
    seen = { ...seen!, body: await context.req.text() }
    return context.json({ ok: true })
  }
  app.all('/api/v1/echo', echo)
  app.all('/api/v1/documents/:id', echo)
  app.all('/api/v1/boards/:board/tasks/:task/attachments', echo)
  app.get('/api/v1/attachments/1/content', (context) => {
    context.header('content-security-policy', "sandbox; default-src 'none'")
    context.header('content-disposition', 'attachment; filename="x.svg"')
    return context.body('<svg/>')
  })
  const listener = getRequestListener(app.fetch)
  server = createServer((request, response) => {
    seen = { url: request.url ?? '', method: request.method ?? '', headers: request.headers, body: '' }
    void listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

let upstream: Upstream
let forward: ApiForward
let page: (request: Request) => Promise<Response>
const call = (pathname: string, init: RequestInit = {}) => page(new Request(`app://mission-control${pathname}`, init))

beforeEach(() => {
  seen = null
  upstream = { url: base, token }
  forward = createApiForward({ upstream: () => upstream })
  page = createAppProtocol({ staticFiles: async () => new Response('static'), api: forward.handle, onError: () => undefined })
})
afterEach(async () => {
  forward.closeStreams()
  await vi.waitFor(() => expect(openEventStreams).toBe(0))
})

async function refusal(answer: Response): Promise<{ status: number; code: string }> {
  // Every refusal has the API's own shape, so that the page needs no second way to read errors.
  return { status: answer.status, code: errorBody.parse(await answer.json()).code }
}

describe('forwarding /api to the services host', () => {
  it('adds the operator token and passes path, query and body on', async () => {
    const answer = await call('/api/v1/echo?a=1&b=%20', {
      method: 'POST',
      body: '{"title":"x"}',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
    })
    expect(await answer.json()).toEqual({ ok: true })
    expect(seen).toMatchObject({ url: '/api/v1/echo?a=1&b=%20', method: 'POST', body: '{"title":"x"}' })
    expect(seen?.headers).toMatchObject({ authorization: `Bearer ${token}`, 'content-type': 'application/json', host: new URL(base).host })
    expect(seen?.headers['transfer-encoding']).toBeUndefined()
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
  })

  it('lets no header of the page speak for it', async () => {
    const headers = new Headers({
      authorization: 'Bearer forged',
      'x-agent-token': 'mca_forged',
      'x-forwarded-for': '8.8.8.8',
      forwarded: 'for=8.8.8.8',
      'last-event-id': '7',
      'x-request-id': 'r-1',
      'x-secret-hop': 'drop me',
      te: 'trailers',
    })
    // Node's own `Headers` takes these from Chromium's request, not from a constructor guard.
    for (const [name, value] of [
      ['cookie', 'a=b'],
      ['origin', 'app://mission-control'],
      ['referer', 'app://mission-control/'],
      ['connection', 'close, X-Secret-Hop'],
      ['sec-fetch-mode', 'cors'],
    ] as const)
      headers.set(name, value)
    const request = new Request('app://mission-control/api/v1/echo', { headers })
    await forward.handle(request)
    expect(seen?.headers['authorization']).toBe(`Bearer ${token}`)
    for (const name of ['cookie', 'origin', 'referer', 'x-agent-token', 'x-forwarded-for', 'forwarded', 'x-secret-hop', 'te'])
      expect(seen?.headers[name], name).toBeUndefined()
    expect(seen?.headers).toMatchObject({ 'last-event-id': '7', 'x-request-id': 'r-1' })
  })

  it('passes statuses, empty answers and errors through, but no cookies', async () => {
    const compressed = await call('/api/v1/compressed')
    expect(await compressed.text()).toBe('plain after all')
    expect([compressed.headers.get('set-cookie'), compressed.headers.get('x-kept'), compressed.headers.get('connection')]).toEqual([
      null,
      'yes',
      null,
    ])
    const empty = await call('/api/v1/empty')
    expect([empty.status, await empty.text()]).toEqual([204, ''])
    expect(await refusal(await call('/api/v1/missing'))).toEqual({ status: 404, code: 'not_found' })
    expect(forward.openStreams()).toBe(0)
  })

  it('accepts 1 MiB and refuses one byte more, also when the length is not announced', async () => {
    const just = await call('/api/v1/echo', { method: 'POST', body: new Uint8Array(maximumBodyBytes) })
    expect(just.status).toBe(200)
    expect(seen?.body.length).toBe(maximumBodyBytes)
    seen = null
    const over = await call('/api/v1/echo', { method: 'POST', body: new Uint8Array(maximumBodyBytes + 1) })
    expect(await refusal(over)).toEqual({ status: 413, code: 'payload_too_large' })
    const announced = await call('/api/v1/echo', { method: 'POST', body: 'x', headers: { 'content-length': '9999999' } })
    expect(await refusal(announced)).toEqual({ status: 413, code: 'payload_too_large' })
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1
        controller.enqueue(new Uint8Array(256 * 1024))
      },
    })
    const streamed = await call('/api/v1/echo', { method: 'POST', body: endless, duplex: 'half' } as RequestInit)
    expect(await refusal(streamed)).toEqual({ status: 413, code: 'payload_too_large' })
    expect(sent).toBeLessThan(10)
    expect(seen, 'nothing reached the server').toBeNull()
  })

  it('lets files of 20 MiB and long documents through, on their own addresses only', async () => {
    const file = new Uint8Array(20 * 1024 * 1024)
    const attachments = `/api/v1/boards/${'a'.repeat(36)}/tasks/${'b'.repeat(36)}/attachments`
    await call(attachments, { method: 'POST', body: file })
    expect(seen?.body.length).toBe(file.length)
    await call('/api/v1/documents/1', { method: 'PATCH', body: new Uint8Array(6_000_100) })
    expect(seen?.body.length).toBe(6_000_100)
    seen = null
    const over = await call(attachments, { method: 'POST', body: new Uint8Array(file.length + 2) })
    expect(await refusal(over)).toEqual({ status: 413, code: 'payload_too_large' })
    for (const [method, pathname] of [
      ['PATCH', attachments],
      ['POST', `${attachments}/x`],
      ['POST', '/api/v1/documents/1'],
      ['POST', `/api/v1/tasks/../boards/x/documents/attachments`],
    ] as const)
      expect((await call(pathname, { method, body: new Uint8Array(1024 * 1024 + 1) })).status, pathname).toBe(413)
    expect(seen).toBeNull()
  })

  it('leaves the sandbox of a file as it is, and gives everything else the policy of the page', async () => {
    const file = await call('/api/v1/attachments/1/content')
    expect(file.headers.get('content-security-policy')).toBe("sandbox; default-src 'none'")
    expect(file.headers.get('x-content-type-options')).toBe('nosniff')
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="x.svg"')
    expect((await call('/api/v1/compressed')).headers.get('content-security-policy')).toContain("script-src 'self'")
  })

  it('follows no redirect', async () => {
    expect(await refusal(await call('/api/v1/redirect'))).toEqual({ status: 502, code: 'gateway_error' })
  })

  it('says why there is no answer: starting, gone, shutting down', async () => {
    upstream = { unavailable: 'services', trouble: servicesTrouble({ status: 'starting', reason: null, remedy: null }) }
    const restarting = await call('/api/v1/echo')
    expect(restarting.headers.get('retry-after')).toBe('1')
    expect(await refusal(restarting)).toEqual({ status: 503, code: 'services_starting' })
    upstream = { url: 'http://127.0.0.1:9', token }
    expect(await refusal(await call('/api/v1/echo'))).toEqual({ status: 503, code: 'services_starting' })
    upstream = {
      unavailable: 'services',
      trouble: servicesTrouble({ status: 'failed', reason: 'The database is damaged.', remedy: 'Put a backup in its place.' }),
    }
    const failed = await call('/api/v1/echo')
    expect([failed.status, failed.headers.get('retry-after')]).toEqual([503, null])
    expect(errorBody.parse(await failed.json())).toMatchObject({
      code: 'services_failed',
      detail: expect.stringContaining('The database is damaged. Put a backup in its place.') as string,
    })
    upstream = { unavailable: 'shutting_down' }
    expect(await refusal(await call('/api/v1/echo'))).toEqual({ status: 503, code: 'shutting_down' })
    expect(forward.openStreams()).toBe(0)
  })

  it('never leaves /api, whatever the page writes', async () => {
    for (const pathname of ['/api/../healthz', '/api/%2e%2e/healthz', '/API/v1/echo', '/apix'])
      expect(await (await call(pathname)).text(), pathname).toBe('static')
    expect(await refusal(await call('/api/..\\healthz'))).toEqual({ status: 404, code: 'not_found' })
    expect(seen).toBeNull()
    expect(upstreamAddress(base, new URL('app://mission-control/api/..\\..\\x'))).toBeNull()
    expect((await page(new Request('app://elsewhere/api/v1/echo'))).status).toBe(404)
    expect(await refusal(await forward.handle(new Request('app://mission-control/api/v1/echo', { method: 'OPTIONS' })))).toEqual({
      status: 405,
      code: 'method_not_allowed',
    })
  })
})

describe('the event stream', () => {
  async function openStream(init: RequestInit = {}): Promise<ReadableStreamDefaultReader<Uint8Array>> {
    const answer = await call('/api/v1/events', init)
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const reader = answer.body!.getReader()
    const first = await reader.read()
    expect(new TextDecoder().decode(first.value)).toContain('event: change')
    return reader
  }

  it('arrives as it is written', async () => {
    const reader = await openStream()
    let text = ''
    while (!text.includes('id: 4')) text += new TextDecoder().decode((await reader.read()).value)
    expect(forward.openStreams()).toBe(1)
    await reader.cancel()
  })

  it('closes upstream when the page cancels the body', async () => {
    const reader = await openStream()
    await reader.cancel()
    await vi.waitFor(() => expect(openEventStreams).toBe(0))
    expect(forward.openStreams()).toBe(0)
  })

  it('closes upstream when the request is aborted', async () => {
    const abort = new AbortController()
    const reader = await openStream({ signal: abort.signal })
    abort.abort()
    await vi.waitFor(() => expect(openEventStreams).toBe(0))
    await reader.cancel().catch(() => undefined)
  })

  it('closes every upstream when the page navigates away, and the page sees an end', async () => {
    const readers = [await openStream(), await openStream()]
    expect(openEventStreams).toBe(2)
    forward.closeStreams()
    await vi.waitFor(() => expect(openEventStreams).toBe(0))
    for (const reader of readers) {
      let part = await reader.read()
      while (!part.done) part = await reader.read()
      expect(part.done).toBe(true)
    }
    expect(forward.openStreams()).toBe(0)
  })
})
