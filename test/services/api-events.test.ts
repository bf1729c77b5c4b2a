import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Operation, operations } from '../../native-services/contract/operations.ts'
import { readEvents, seedBoard, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>

beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterAll(() => services.stop())

const create = (title: string) => services.call('createTask', { params: { board_id: world.board.id }, body: { title } })

describe('the event stream', () => {
  it('begins with hello and the state of the moment, then tells changes with their revision as id', async () => {
    const reader = await readEvents(services)
    await reader.until((frames) => frames.some((frame) => frame.event === 'attention'))
    expect(reader.frames.map((frame) => frame.event).slice(0, 4)).toEqual(['hello', 'gateway', 'runtime', 'attention'])
    const task = await create('Seen')
    await reader.until(() => reader.changes.some((change) => change.entity === 'task' && change.id === task.id))
    expect(reader.changes.find((change) => change.id === task.id)?.data).toEqual(task)
    for (const frame of reader.frames.filter((entry) => entry.event === 'change'))
      expect(frame.id).toBe(String((frame.data as { rev: number }).rev))
    reader.close()
  })

  it.each(['since', 'lastEventId'] as const)('resumes by %s with exactly what was missed', async (how) => {
    const first = await readEvents(services)
    const before = await create('Before')
    await first.until(() => first.changes.some((change) => change.entity === 'activity' && JSON.stringify(change.data).includes(before.id)))
    const last = first.changes.at(-1)?.rev ?? 0
    first.close()
    await first.ended

    const missed = await create('Missed')
    await services.call('updateTask', { params: { board_id: world.board.id, task_id: missed.id }, body: { priority: 'urgent' } })
    await services.call('deleteTask', { params: { board_id: world.board.id, task_id: before.id } })
    const second = await readEvents(services, how === 'since' ? { since: last } : { lastEventId: String(last) })
    await second.until((frames) => frames.some((frame) => frame.event === 'attention'))
    const expected = services.query<{ entity: string; entity_id: string; rev: number }>(
      'SELECT entity, entity_id, max(rev) AS rev FROM changes WHERE rev > ? GROUP BY 1, 2 ORDER BY rev',
      last,
    )
    expect(second.changes.map((change) => [change.entity, change.id, change.rev])).toEqual(
      expected.map((row) => [row.entity, row.entity_id, row.rev]),
    )
    expect(second.changes.find((change) => change.id === missed.id)?.data).toMatchObject({ priority: 'urgent' })
    expect(second.changes.find((change) => change.id === before.id)?.data).toBeNull()
    second.close()
  })

  it('says reset when the gap is too old, or from another database', async () => {
    const ahead = await readEvents(services, { since: 1_000_000 })
    await ahead.until((frames) => frames.some((frame) => frame.event === 'reset'))
    expect(ahead.changes).toEqual([])
    ahead.close()
  })

  it('200 changes at once reach five subscribers in order, none lost and none twice', async () => {
    const readers = await Promise.all(Array.from({ length: 5 }, () => readEvents(services)))
    await Promise.all(readers.map((reader) => reader.until((frames) => frames.some((frame) => frame.event === 'attention'))))
    const tasks = await Promise.all(Array.from({ length: 200 }, (_, n) => create(`Task ${n}`)))
    const ids = new Set(tasks.map((task) => task.id))
    for (const reader of readers) {
      await reader.until(
        () =>
          new Set(reader.changes.filter((change) => change.entity === 'task' && ids.has(change.id)).map((change) => change.id)).size ===
          200,
      )
      const revisions = reader.changes.map((change) => change.rev)
      expect(revisions).toEqual([...revisions].sort((a, b) => a - b))
      expect(new Set(revisions).size).toBe(revisions.length)
      reader.close()
    }
  })

  it('log lines come only to those who asked', async () => {
    const [with_, without] = await Promise.all([readEvents(services, { logs: true }), readEvents(services)])
    services.services.handleHostMessage({
      type: 'log',
      lines: [{ at: Date.now(), level: 'warn', source: 'gateway', scope: 'gateway', message: 'token=abcdef1234567890 refused' }],
    })
    await with_.until((frames) => frames.some((frame) => frame.event === 'log' && JSON.stringify(frame.data).includes('refused')))
    expect(JSON.stringify(with_.frames)).not.toContain('abcdef123456')
    expect(without.frames.some((frame) => frame.event === 'log')).toBe(false)
    const page = await services.call('listLogs', { query: { source: 'gateway', q: 'REFUSED' } })
    expect(page.items).toHaveLength(1)
    with_.close()
    without.close()
  })

  it('a subscriber that does not read is let go, and the others go on', async () => {
    const { port } = new URL(services.url)
    const socket = connect(Number(port), '127.0.0.1')
    await once(socket, 'connect')
    socket.write(`GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${services.operatorToken}\r\n\r\n`)
    await once(socket, 'data')
    socket.pause()
    const reader = await readEvents(services)
    const task = await create('Long thread')
    const message = 'x'.repeat(90_000)
    const dropped = async (): Promise<number> =>
      (await services.call('listLogs', { query: { q: 'events.subscriber_dropped' } })).items.length
    let written = 0
    while ((await dropped()) === 0 && written < 400) {
      await services.call('createComment', { params: { board_id: world.board.id, task_id: task.id }, body: { message } })
      written += 1
    }
    expect(await dropped()).toBe(1)
    await reader.until(() => reader.changes.filter((change) => change.entity === 'comment').length === written)
    reader.close()
    socket.destroy()
  })

  it('a stop ends the streams', async () => {
    const own = await startServices()
    const reader = await readEvents(own)
    await own.stop()
    await reader.ended
    expect(reader.frames[0]?.event).toBe('hello')
  })
})

describe('OpenAPI', () => {
  it('lists every operation with its parameters, bodies and roles', async () => {
    const { body } = await services.send({ path: '/openapi.json' })
    const document = body as {
      openapi: string
      paths: Record<
        string,
        Record<
          string,
          {
            operationId: string
            tags: string[]
            parameters: { name: string; in: string }[]
            requestBody?: unknown
            responses: Record<string, unknown>
          }
        >
      >
    }
    expect(document.openapi).toBe('3.1.0')
    for (const [id, operation] of Object.entries(operations) as [string, Operation][]) {
      const found = document.paths[`/api/v1${operation.path}`]?.[operation.method.toLowerCase()]
      expect(found?.operationId).toBe(id)
      expect(found?.tags).toEqual(operation.tags)
      expect(found?.responses).toHaveProperty(String(operation.status ?? 200))
      expect(found?.requestBody !== undefined).toBe(operation.body !== undefined)
      for (const [, name] of operation.path.matchAll(/\{(\w+)\}/g))
        expect(found?.parameters).toContainEqual(expect.objectContaining({ name, in: 'path' }))
      for (const name of Object.keys(operation.query?.shape ?? {}))
        expect(found?.parameters).toContainEqual(expect.objectContaining({ name, in: 'query' }))
    }
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref)
    expect([...new Set(refs)]).toEqual(['#/components/schemas/Error'])
    expect(
      new Set(Object.values(document.paths).flatMap((path) => Object.values(path).flatMap((entry) => entry.operationId ?? []))).size,
    ).toBe(Object.keys(operations).length + 1)
  })
})
