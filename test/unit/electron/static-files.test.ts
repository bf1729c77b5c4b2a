import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createStaticFiles } from '../../../electron/protocol/static-files.ts'
import { contentSecurityPolicy } from '../../../native-services/contract/csp.ts'

let folder: string
let serve: (request: Request) => Promise<Response>
const get = (pathname: string, init: RequestInit = {}) => serve(new Request(`app://mission-control${pathname}`, init))

beforeAll(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'static-files-')))
  const root = path.join(folder, 'renderer')
  mkdirSync(path.join(root, 'assets', 'deep'), { recursive: true })
  mkdirSync(path.join(folder, 'renderer-secret'))
  writeFileSync(path.join(folder, 'secret.txt'), 'secret')
  writeFileSync(path.join(folder, 'renderer-secret', 'secret.txt'), 'secret')
  writeFileSync(path.join(root, 'index.html'), '<!doctype html><title>page</title>')
  writeFileSync(path.join(root, 'assets', 'app-1a2b.js'), 'export {}')
  writeFileSync(path.join(root, 'assets', 'grün & gut.css'), 'body{}')
  writeFileSync(path.join(root, 'assets', 'odd.bin'), Buffer.from([0, 255]))
  symlinkSync(path.join(folder, 'secret.txt'), path.join(root, 'assets', 'link.txt'))
  symlinkSync(folder, path.join(root, 'assets', 'up'))
  symlinkSync(path.join(root, 'index.html'), path.join(root, 'assets', 'inside.html'))
  serve = createStaticFiles(root)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('static files', () => {
  it('serves the page at / with the strict policy', async () => {
    const answer = await get('/')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('<title>page</title>')
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('content-security-policy')).toBe(contentSecurityPolicy)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    expect(answer.headers.get('cache-control')).toBe('no-cache')
  })

  it('knows types, keeps hashed assets for ever, decodes names', async () => {
    const script = await get('/assets/app-1a2b.js')
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(script.headers.get('cache-control')).toContain('immutable')
    expect((await get('/assets/gr%C3%BCn%20%26%20gut.css')).status).toBe(200)
    expect((await get('/assets/odd.bin')).headers.get('content-type')).toBe('application/octet-stream')
    expect(new Uint8Array(await (await get('/assets/odd.bin')).arrayBuffer())).toEqual(new Uint8Array([0, 255]))
    expect((await get('/assets/inside.html')).status).toBe(200)
  })

  it('answers HEAD without a body and refuses what would write', async () => {
    const head = await get('/', { method: 'HEAD' })
    expect([head.status, await head.text(), head.headers.get('content-length')]).toEqual([200, '', '34'])
    const post = await get('/', { method: 'POST', body: 'x' })
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it.each([
    '/missing.html',
    '/assets',
    '/assets/',
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.txt',
    '/..%2frenderer-secret%2fsecret.txt',
    '/..%5csecret.txt',
    '/assets/..\\..\\secret.txt',
    '//secret.txt',
    '/%2fetc%2fpasswd',
    '/%00',
    '/index.html%00.js',
    '/C:/Windows/win.ini',
    '/index.html::$DATA',
    '/%E0%A4%A',
    '/assets/link.txt',
    '/assets/up/secret.txt',
  ])('does not serve %s', async (pathname) => {
    const answer = await get(pathname)
    expect(answer.status).toBe(404)
    expect(await answer.text()).not.toContain('secret')
    expect(answer.headers.get('content-security-policy')).toBe(contentSecurityPolicy)
  })
})
