/** Conversations of an agent on the real OpenClaw: written to, followed live, read, aborted, begun anew. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SessionFrame } from '../../native-services/contract/sessions.ts'
import { dataPaths } from '../../native-services/platform/paths.ts'
import { openclawAvailable, type RealGateway, startRealGateway } from '../support/real-gateway.ts'
import { type EventReader, readEvents, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

const key = 'agent:main:by-hand'
const frames = (reader: EventReader): SessionFrame[] =>
  reader.frames.filter((frame) => frame.event === 'session').map((frame) => frame.data as SessionFrame)

describe.skipIf(!openclawAvailable)('sessions on the real gateway', { timeout: 120_000 }, () => {
  let gateway: RealGateway
  let services: TestServices
  let dataDir: string
  let params: { agent_id: string }

  beforeAll(async () => {
    gateway = await startRealGateway()
    dataDir = mkdtempSync(join(tmpdir(), 'mc-sessions-'))
    services = await startServices({ dataDir })
    services.services.handleHostMessage({ type: 'gateway-token', token: gateway.token, port: gateway.port })
    await until(
      async () => (await services.call('getOverview')).gateway?.connected ?? false,
      (connected) => connected,
    )
    const agent = await services.call('createAgent', { body: { name: 'Control', role: 'main', provision: false } })
    // As if it had been taken over from the gateway: known there as `main`.
    const db = new Database(dataPaths(dataDir).database)
    db.prepare("UPDATE agents SET gateway_agent_id = 'main' WHERE id = ?").run(agent.id)
    db.close()
    params = { agent_id: agent.id }
  }, 120_000)

  afterAll(async () => {
    await services?.stop()
    await gateway?.stop()
    if (dataDir) rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  }, 60_000)

  const send = (message: string) => services.call('sendSessionMessage', { params, body: { session_key: key, message } })
  const history = (more: { limit?: number; before?: number } = {}) =>
    services.call('getSessionHistory', { params, query: { session_key: key, ...more } })
  const row = async () => (await services.call('listAgentSessions', { params })).items.find((session) => session.key === key)

  it('a message is answered, word by word and in the transcript, with the tools that were used', async () => {
    const reader = await readEvents(services, { session: key })
    const { run_id } = await send(`[[tool:exec ${JSON.stringify({ command: 'expr 40 + 2' })}]]`)
    await until(
      () => Promise.resolve(frames(reader).find((frame) => frame.state === 'final' && frame.run_id === run_id)),
      (frame) => frame !== undefined,
    )
    const { items, next_before } = await until(history, (seen) => seen.items.at(-1)?.role === 'assistant' && seen.active_run_id === null)
    expect(items.map((item) => [item.role, item.tool_name, item.tool_phase])).toEqual([
      ['user', null, null],
      ['tool', 'exec', 'call'],
      ['tool', 'exec', 'result'],
      ['assistant', null, null],
    ])
    expect(items[2]?.text).toContain('42')
    expect(items[3]?.text).toContain('42')
    expect(items.every((item) => item.at !== null)).toBe(true)
    expect(next_before).toBeNull()
    expect(frames(reader).filter((frame) => frame.state === 'final')).toHaveLength(1)
    reader.close()

    const [run, ...others] = await until(
      async () => (await services.call('listRuns', { query: { ...params, session_key: key } })).items,
      (runs) => runs.length > 0,
    )
    expect(others).toEqual([])
    expect(run).toMatchObject({ run_id, kind: 'chat', outcome: 'ok', session_key: key, input_tokens: 200, output_tokens: 20 })
    expect(items[3]?.run_id).toBe(run_id)

    const newest = await history({ limit: 1 })
    expect(newest.items.map((item) => item.id)).toEqual([items[3]?.id])
    const older = await history({ limit: 50, before: newest.next_before ?? -1 })
    expect(older.items.map((item) => item.id)).toEqual(items.slice(0, 3).map((item) => item.id))
  })

  it('a run that goes on is seen, listed and stopped', async () => {
    const reader = await readEvents(services, { session: key })
    const { run_id } = await send('[[slow:400:100]]')
    await until(
      () => Promise.resolve(frames(reader).filter((frame) => frame.state === 'delta')),
      (deltas) => deltas.length >= 3,
    )
    const texts = frames(reader)
      .filter((frame) => frame.state === 'delta')
      .map((frame) => frame.text)
    for (const [index, text] of texts.entries()) expect(text.startsWith(texts[index - 1] ?? '')).toBe(true)
    expect((await row())?.has_active_run).toBe(true)
    expect((await history()).active_run_id).toBe(run_id)
    expect(await services.call('abortSession', { params, body: { session_key: key } })).toMatchObject({ aborted: true, run_id })
    await until(
      () => Promise.resolve(frames(reader).find((frame) => frame.state === 'aborted')),
      (frame) => frame !== undefined,
    )
    await until(row, (seen) => seen?.has_active_run === false)
    reader.close()
  })

  it('a reset begins anew', async () => {
    await services.call('resetSession', { params, body: { session_key: key } })
    expect((await history()).items).toEqual([])
    await send('[[say:Hello again]]')
    const { items } = await until(history, (seen) => seen.items.at(-1)?.role === 'assistant')
    expect(items.map((item) => item.text).at(-1)).toBe('Hello again')
    const seen = await until(row, (session) => session?.has_active_run === false)
    expect(seen).toMatchObject({ key, is_main: false, model: 'scripted-1' })
    expect(seen?.total_tokens ?? 0).toBeGreaterThan(0)
  })
})
