import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createSharedToken } from '../../../native-services/host/shared-token.ts'
import { silentLog } from '../../support/delivery-world.ts'

const first = 'a'.repeat(43)
const second = 'b'.repeat(43)
let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'mission-control-token-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (text: string): void => writeFileSync(path.join(folder, 'openclaw.json'), text)
const config = (token: string): string => JSON.stringify({ gateway: { auth: { mode: 'token', token } } })
function open(external: string | null = null) {
  const told: (string | null)[] = []
  const token = createSharedToken({
    external,
    pendingFile: path.join(folder, 'pending'),
    configFile: path.join(folder, 'openclaw.json'),
    port: () => 1,
    log: silentLog,
    onChange: (next) => told.push(next),
  })
  return { token, told }
}

it('a file that somebody broke does not take the token of the gateway that runs', () => {
  write(config(first))
  const { token, told } = open()
  write('{ "gateway": { nonsense')
  token.publish()
  expect([token.current, told]).toEqual([first, []])
  write(config(second))
  token.publish()
  token.publish()
  expect([token.current, told]).toEqual([second, [second]])
})

it('there is none before there is a file, and one that is taken out is gone', () => {
  const { token, told } = open()
  expect(token.current).toBeNull()
  write(config(first))
  token.publish()
  write('{}')
  token.publish()
  expect(told).toEqual([first, null])
})

it('changes nothing in a broken file or for the gateway of somebody else', () => {
  write('{ "gateway": ')
  expect(open().token.change({ action: 'gateway-token', phase: 'commit', token: second })).toMatchObject({ ok: false })
  write(config(first))
  const { token } = open('theirs')
  expect(token.change({ action: 'gateway-token', phase: 'commit', token: second })).toMatchObject({ ok: false })
  token.publish()
  expect(token.current).toBe('theirs')
})
