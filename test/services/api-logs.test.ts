import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HostToServices } from '../../native-services/contract/host-link.ts'
import { readEvents, startServices, type TestServices } from '../support/services.ts'

type HostLine = Extract<HostToServices, { type: 'log' }>['lines'][number]

let services: TestServices
const at = Date.parse('2026-05-01T10:00:00Z')
const say = (lines: Partial<HostLine>[]): void =>
  services.services.handleHostMessage({
    type: 'log',
    lines: lines.map((line, n) => ({ at: at + n * 1000, level: 'info', source: 'gateway', scope: 'gateway/ws', message: '', ...line })),
  })

beforeAll(async () => {
  services = await startServices()
  say(
    Array.from({ length: 300 }, (_, n) => ({
      message: `turn ${n} of session run_id=run-${String(n % 3).repeat(6)}`,
      level: n % 50 === 0 ? 'error' : 'info',
    })),
  )
  say([{ message: 'token=abcdef1234567890 refused', source: 'host', scope: 'host', level: 'warn' }])
  say(Array.from({ length: 20 }, () => ({ message: 'connect ECONNREFUSED', at: at + 400_000 })))
})
afterAll(() => services.stop())

const list = async (query: Record<string, string | number>) => (await services.call('listLogs', { query })).items

describe('the log over HTTP', () => {
  it('filters by level, source, scope, run, words, expression and time', async () => {
    expect((await list({ level: 'error', source: 'gateway' })).length).toBe(6)
    expect((await list({ scope: 'gateway', q: 'turn', limit: 5000 })).length).toBe(300)
    expect((await list({ run_id: 'run-111111', limit: 5000 })).length).toBe(100)
    expect((await list({ q: 'TURN "17 of"' })).map((line) => line.message.slice(0, 11))).toEqual([
      'turn 17 of ',
      'turn 117 of',
      'turn 217 of',
    ])
    expect((await list({ q: 'turn \\d9 of', regex: 'true' })).length).toBe(9)
    const between = await list({ from: '2026-05-01T10:01:00Z', to: '2026-05-01T10:01:09.500Z', scope: 'gateway/ws' })
    expect(between.map((line) => line.at.slice(11, 19))).toEqual(Array.from({ length: 10 }, (_, n) => `10:01:0${n}`))
  })

  it('a flood is one row that counts', async () => {
    const [row, ...more] = await list({ q: 'econnrefused' })
    expect(row?.repeat_count).toBe(20)
    expect(more).toEqual([])
  })

  it('goes from a line to what stands around it', async () => {
    const [line] = await list({ q: '"turn 150 of"' })
    const around = await services.call('getLogContext', { params: { seq: String(line?.seq) }, query: { lines: 2 } })
    expect(around.items.map((each) => each.message.slice(0, 8))).toEqual(['turn 148', 'turn 149', 'turn 150', 'turn 151', 'turn 152'])
    expect(around).toMatchObject({ has_before: true, has_after: true })
    await expect(services.call('getLogContext', { params: { seq: '999999' } })).rejects.toMatchObject({ status: 404 })
    await expect(services.call('getLogLine', { params: { seq: 'x' } })).rejects.toMatchObject({ status: 422 })
  })

  it('exports what is filtered, whole and without secrets', async () => {
    const get = (query: string) =>
      fetch(`${services.url}/api/v1/logs/export?${query}`, { headers: { authorization: `Bearer ${services.operatorToken}` } })
    const answer = await get('q=turn&limit=250')
    expect(answer.headers.get('x-log-lines')).toBe('250')
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="mission-control-.*\.ndjson"$/)
    const lines = (await answer.text()).trimEnd().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as { message: string }).message.split(' ')[1])).toEqual(
      Array.from({ length: 250 }, (_, n) => String(n + 50)),
    )
    const text = await (await get('format=text&source=host&q=refused')).text()
    expect(text).toMatch(/^2026-05-01T10:00:00.000Z warn {2}host host token=••••7890 refused\n$/)
    expect((await fetch(`${services.url}/api/v1/logs/export`)).status).toBe(401)
    expect((await get('q=%28&regex=true')).status).toBe(422)
  })

  it('says what there is', async () => {
    const stats = await services.call('getLogStats')
    expect(stats.lines).toBeGreaterThan(300)
    expect(stats.bytes).toBeGreaterThan(10_000)
    expect(stats).toMatchObject({ lost: 0, trouble: null, folder: expect.stringContaining('logs') as string })
  })

  it('an expression that never ends holds nobody up', async () => {
    say([{ message: 'a'.repeat(60) }])
    let turns = 0
    const ticking = setInterval(() => (turns += 1), 10)
    await expect(services.call('listLogs', { query: { q: '^(a|aa)+b$', regex: 'true' } })).rejects.toMatchObject({ status: 422 })
    clearInterval(ticking)
    // It ran for seconds, elsewhere.
    expect(turns).toBeGreaterThan(50)
    expect((await list({ q: 'econnrefused' })).length).toBe(1)
  })

  it('the stream tells of rows that repeat', async () => {
    const reader = await readEvents(services, { logs: true })
    const logs = () => JSON.stringify(reader.frames.filter((frame) => frame.event === 'log'))
    say([{ message: 'again and again', at: at + 500_000 }])
    await reader.until(() => logs().includes('again and again'))
    say([{ message: 'again and again', at: at + 501_000 }])
    await reader.until(() => logs().includes('"repeat_count":2'))
    reader.close()
  })

  it('what was written before a restart is found after it', async () => {
    await services.restart()
    expect((await list({ q: '"turn 299 of"' })).length).toBe(1)
    say([{ message: 'after the restart' }])
    const [line] = await list({ q: '"after the restart"' })
    const [before] = await list({ q: '"turn 299 of"' })
    expect(line?.seq).toBeGreaterThan(before?.seq ?? Infinity)
  })
})
