import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refusal, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
let folder: string

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'mc-page-'))
  mkdirSync(path.join(folder, 'page', 'assets'), { recursive: true })
  writeFileSync(path.join(folder, 'page', 'index.html'), '<!doctype html><title>Mission Control</title>')
  writeFileSync(path.join(folder, 'page', 'assets', 'app-1234.js'), 'export {}')
  writeFileSync(path.join(folder, 'secret.txt'), 'secret')
  symlinkSync(path.join(folder, 'secret.txt'), path.join(folder, 'page', 'link.txt'))
  services = await startServices({ staticDir: path.join(folder, 'page') })
})
afterAll(async () => {
  await services.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function signIn(): Promise<string> {
  const { code } = await services.call('createSessionCode')
  const answer = await services.send({
    method: 'POST',
    path: '/api/v1/session',
    headers: { 'content-type': 'application/json', origin: services.url },
    body: JSON.stringify({ code }),
  })
  expect(answer.status).toBe(200)
  const cookie = answer.headers.get('set-cookie') ?? ''
  expect(cookie).toMatch(/^mc_session_\d+=\S+; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/)
  const again = await services.send({ method: 'POST', path: '/api/v1/session', body: JSON.stringify({ code }) })
  expect(refusal(again.body).code).toBe('unauthorized')
  return cookie.split(';')[0] ?? ''
}

describe('browser sessions', () => {
  it('a code works once; the cookie reads, and writes only from our own page', async () => {
    const cookie = await signIn()
    expect((await services.send({ path: '/api/v1/boards', headers: { cookie } })).status).toBe(200)
    const before = services.rowCounts()
    const post = (headers: Record<string, string>) =>
      services.send({ method: 'POST', path: '/api/v1/boards', headers: { cookie, ...headers }, body: JSON.stringify({ name: 'B' }) })
    for (const headers of [
      {},
      { origin: 'http://evil.example' },
      { origin: 'null' },
      { origin: 'http://127.0.0.1:1' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ] as Record<string, string>[]) {
      expect(refusal((await post(headers)).body).code).toBe('origin_not_allowed')
    }
    expect(services.rowCounts()).toEqual(before)
    expect((await post({ origin: services.url })).status).toBe(201)
    expect((await post({ 'sec-fetch-site': 'same-origin' })).status).toBe(201)
  })

  it('survives a restart, and ends when it is ended', async () => {
    const cookie = await signIn()
    await services.restart()
    expect((await services.send({ path: '/api/v1/boards', headers: { cookie } })).status).toBe(200)
    const end = await services.send({ method: 'DELETE', path: '/api/v1/session', headers: { cookie, origin: services.url } })
    expect(end.headers.get('set-cookie')).toContain('Max-Age=0')
    expect((await services.send({ path: '/api/v1/boards', headers: { cookie } })).status).toBe(401)
    await services.restart()
    expect((await services.send({ path: '/api/v1/boards', headers: { cookie } })).status).toBe(401)
  })

  it('the page of another program on this machine may not even read with it', async () => {
    const cookie = await signIn()
    const read = (headers: Record<string, string>) => services.send({ path: '/api/v1/boards', headers: { cookie, ...headers } })
    for (const site of ['same-site', 'cross-site'])
      expect(refusal((await read({ 'sec-fetch-site': site })).body).code).toBe('origin_not_allowed')
    for (const site of ['same-origin', 'none']) expect((await read({ 'sec-fetch-site': site })).status).toBe(200)
    const answer = await services.send({
      method: 'POST',
      path: '/api/v1/session',
      headers: { 'sec-fetch-site': 'cross-site' },
      body: '{"code":"of-another-site"}',
    })
    expect(refusal(answer.body).code).toBe('origin_not_allowed')
  })

  it('a cookie that was tampered with is worth nothing', async () => {
    const cookie = await signIn()
    const [nonce, , signature] = cookie.split('=')[1]?.split('.') ?? []
    const name = cookie.split('=')[0]
    for (const value of [`${nonce}.99999999999999.${signature}`, `${nonce}..${signature}`, 'a.b.c', '']) {
      expect((await services.send({ path: '/api/v1/boards', headers: { cookie: `${name}=${value}` } })).status).toBe(401)
    }
  })

  it('whoever guesses codes is held up, and the one with the right code is not', async () => {
    const guess = async () =>
      (await services.send({ method: 'POST', path: '/api/v1/session', body: JSON.stringify({ code: 'guessed-by-somebody' }) })).status
    const seen = new Set<number>()
    for (let n = 0; n < 15; n += 1) seen.add(await guess())
    expect([...seen]).toEqual([401, 429])
    const { code } = await services.call('createSessionCode')
    const answer = await services.send({ method: 'POST', path: '/api/v1/session', body: JSON.stringify({ code }) })
    expect(answer.status).toBe(200)
  })
})

describe('the page', () => {
  it('is served with strict headers and nothing outside its folder', async () => {
    const page = await services.send({ path: '/' })
    expect(page.status).toBe(200)
    expect(page.body).toContain('Mission Control')
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
    expect(page.headers.get('cache-control')).toBe('no-cache')
    expect((await services.send({ path: '/assets/app-1234.js' })).headers.get('cache-control')).toContain('immutable')
    for (const at of [
      '/..%2fsecret.txt',
      '/%2e%2e/secret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/link.txt',
      '/assets/',
      '/..%5csecret.txt',
      '/%00',
      '/nothing',
    ]) {
      const answer = await services.send({ path: at })
      expect([at, answer.status]).toEqual([at, 404])
    }
  })
})
