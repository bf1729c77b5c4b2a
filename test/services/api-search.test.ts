/** Search over the real API: what is found, in which order, and that the index follows every change. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { undoHeader } from '../../native-services/contract/board-work.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'

let services: TestServices
let world: Awaited<ReturnType<typeof seedBoard>>
beforeAll(async () => {
  services = await startServices()
  world = await seedBoard(services)
})
afterAll(() => services.stop())

const params = () => ({ board_id: world.board.id })
const find = async (q: string, more: { board_id?: string; limit?: string } = {}) =>
  (await services.call('search', { query: { q, ...more } })).items
const task = (title: string, description = '') => services.call('createTask', { params: params(), body: { title, description } })

it('finds tasks, comments and chat; a title weighs most; the last word may be unfinished', async () => {
  const other = await task('Order chairs', 'The old ones wobble, like the Größenangabe on the wardrobe')
  const wardrobe = await task('Repair the wardrobe')
  await services.call('createComment', { params: { ...params(), task_id: other.id }, body: { message: 'See the **wardrobe** first' } })
  await services.call('createBoardMemory', { params: params(), body: { content: 'A wardrobe costs 200', tags: ['note'] } })
  const hits = await find('wardr')
  expect(hits[0]).toMatchObject({ kind: 'task', id: wardrobe.id, task_number: wardrobe.number })
  expect(hits.map((hit) => hit.kind).toSorted()).toEqual(['comment', 'memory', 'task', 'task'])
  for (const hit of hits) expect(hit.snippet.find((piece) => piece.hit)?.text).toMatch(/wardrobe/i)
  expect((await find('größenangabe')).map((hit) => hit.id)).toEqual([other.id])
  expect((await find('grossen')).length + (await find('GROSS')).length).toBe(0)
  expect((await find('grö')).map((hit) => hit.id)).toEqual([other.id])
  expect(await find('wardrobe chairs nothing')).toEqual([])
  expect(await find('wardr', { board_id: wardrobe.id })).toEqual([])
  expect(await find('wardr', { limit: '1' })).toHaveLength(1)
})

it('finds words of scripts without spaces, pictures, and passages among them', async () => {
  const chinese = await task('数据库迁移计划', '先备份，然后迁移。')
  const rocket = await task('Ship it 🚀 now')
  const thai = await task('ทดสอบระบบค้นหา')
  expect((await find('迁移')).map((hit) => hit.id)).toEqual([chinese.id])
  expect((await find('迁移 备份')).map((hit) => hit.id)).toEqual([chinese.id])
  expect(await find('迁移 没有')).toEqual([])
  expect((await find('ระบบ')).map((hit) => hit.id)).toEqual([thai.id])
  const [hit] = await find('🚀')
  expect(hit).toMatchObject({ kind: 'task', id: rocket.id, board_id: world.board.id, task_number: rocket.number })
  expect(hit?.snippet).toEqual([
    { text: 'Ship it ', hit: false },
    { text: '🚀', hit: true },
    { text: ' now', hit: false },
  ])
  expect((await find('SHIP 🚀')).map((each) => each.id)).toEqual([rocket.id])
  expect(await find('🚀%')).toEqual([])
  expect(await find('迁移', { board_id: rocket.id })).toEqual([])
  const document = await services.call('createDocument', { params: params(), body: { title: '计划书', content: '迁移' } })
  expect((await find('计划书')).map((each) => each.id)).toEqual([document.id])
  await services.call('deleteDocument', { params: { document_id: document.id } })
  expect(await find('计划书')).toEqual([])
})

it('takes any text for words, never for syntax', async () => {
  for (const q of ['"', "'; DROP TABLE tasks; --", 'a* OR b', 'title:x', 'NEAR(a b)', '***', '^x', '\u0000x', '(((', 'AND', '🙂'])
    expect(Array.isArray(await find(q))).toBe(true)
})

it('follows edits, deletions and what was deleted and came back', async () => {
  const one = await task('Xylophone')
  await services.call('createComment', { params: { ...params(), task_id: one.id }, body: { message: 'zither' } })
  await services.call('updateTask', { params: { ...params(), task_id: one.id }, body: { title: 'Marimba' } })
  expect(await find('xylophone')).toEqual([])
  expect(await find('marimba')).toHaveLength(1)
  const deleted = await services.send({
    method: 'DELETE',
    path: `/api/v1/boards/${world.board.id}/tasks/${one.id}`,
    headers: { authorization: `Bearer ${services.operatorToken}` },
  })
  expect([...(await find('marimba')), ...(await find('zither'))]).toEqual([])
  await services.call('undo', { body: { token: deleted.headers.get(undoHeader) ?? '' } })
  expect([...(await find('marimba')), ...(await find('zither'))].map((hit) => hit.kind)).toEqual(['task', 'comment'])
  services.query(`INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1) RETURNING 1`)
})
