import { afterEach, beforeEach, expect, it } from 'vitest'
import { requestResponses } from '../../../native-services/delivery/response-requests.ts'
import { agentTurnsLimit } from '../../../native-services/domain/delivery-rules.ts'
import { askAgainMs } from '../../../native-services/domain/response-rules.ts'
import { nothingToAdd } from '../../../native-services/domain/reply-rules.ts'
import type { AgentRow } from '../../../native-services/store/agents.ts'
import type { TaskRow } from '../../../native-services/store/tasks.ts'
import { createDeliveryWorld, type DeliveryWorld } from '../../support/delivery-world.ts'

let world: DeliveryWorld
let ada: AgentRow
let max: AgentRow
let ivy: AgentRow
let task: TaskRow
beforeEach(() => {
  world = createDeliveryWorld()
  ada = world.agent('Ada', { role: 'lead' })
  max = world.agent('Max')
  ivy = world.agent('Ivy')
  task = world.task('T', { status: 'in_progress' })
})
afterEach(() => world.close())

const as = (agent: AgentRow) => ({ type: 'agent', name: agent.name, agent_id: agent.id }) as const
const ask = (asker: AgentRow, message: string, ...agents: (AgentRow | string)[]) =>
  world.store.write(() =>
    requestResponses(
      { store: world.store, notifier: world.notifier, now: world.clock.now() },
      {
        asker,
        task,
        message,
        named: agents.map((agent) => (typeof agent === 'string' ? { name: agent, agent: undefined } : { name: agent.name, agent })),
      },
    ),
  )
const codes = (result: ReturnType<typeof ask>) => result.recipients.map((each) => each.code)
const rows = () => world.outbox().map((row) => `${row.type} → ${world.store.agents.get(row.agent_id)?.name} ${row.state}`)
const runOf = (agent: AgentRow) => world.responses.open().find((run) => run.turn.gateway_agent_id === agent.gateway_agent_id)

it('the request stands in the thread, each asked agent is told, and the answers go to the agent that asked', async () => {
  world.delivery.start()
  const { comment, recipients } = ask(ada, 'Is the venue big enough?', max, ivy, max, 'Nobody')
  expect(world.thread(task)).toEqual(['Ada: Is the venue big enough?'])
  expect(comment?.mentions).toEqual([max.id, ivy.id])
  expect(recipients.map((each) => [each.name, each.code, each.notification_id !== null])).toEqual([
    ['Max', null, true],
    ['Ivy', null, true],
    ['Nobody', 'unknown', false],
  ])
  expect(world.outbox()[0]).toMatchObject({
    title: 'Ada requested a response in #1 T',
    body: 'Is the venue big enough?',
    comment_id: comment?.id,
  })
  expect(world.store.tasks.get(task.id)?.waiting_for).toBe('waiting for Max to answer Ada')
  expect(world.activity('task.response_requested').map((each) => each.message)).toEqual([
    'Ada asked Max and Ivy for an answer on #1: Is the venue big enough?',
  ])
  await world.settle()
  expect(world.store.tasks.get(task.id)?.waiting_for).toBe('Max is answering Ada')
  const run = runOf(max)
  expect(run?.turn.input).toContain('Answer this message of Ada:\n<<<DATA message>>>\nIs the venue big enough?')
  expect(run?.turn.instructions).toContain('A colleague asks you for an answer')
  run?.answer('It holds 80.')
  await world.settle()
  expect(rows()).toEqual(['response_request → Max delivered', 'response_request → Ivy leased', 'thread_update → Ada leased'])
  expect(runOf(ada)?.turn.input).toContain('This is the answer of Max:\n<<<DATA message>>>\nIt holds 80.')
  expect(runOf(ada)?.turn.instructions).toContain('You asked for this answer')
  // What the one who asked makes of it wakes nobody, and it may say nothing.
  runOf(ada)?.answer(nothingToAdd)
  await world.settle()
  runOf(ivy)?.answer('Yes.')
  await world.settle()
  runOf(ada)?.answer('Then I book it.')
  await world.settle()
  expect(world.outbox().every((row) => row.state === 'delivered')).toBe(true)
  expect(world.thread(task)).toEqual(['Ada: Is the venue big enough?', 'Max: It holds 80.', 'Ivy: Yes.', 'Ada: Then I book it.'])
  expect(rows()).toHaveLength(4)
})

it('an answer by the agent’s own command counts once; what it writes unasked tells nobody', async () => {
  world.comment(task, 'I begin.', as(max))
  ask(ada, 'How far?', max)
  // Before it was sent: that was no answer to it.
  world.comment(task, 'I go on.', as(max))
  expect(rows()).toEqual(['response_request → Max queued'])
  world.delivery.start()
  await world.settle()
  world.comment(task, 'Half.', as(max))
  expect(rows()).toEqual(['response_request → Max leased', 'thread_update → Ada queued'])
  runOf(max)?.answer('Half.')
  await world.settle()
  world.comment(task, 'Something else.', as(max))
  expect(rows()).toEqual(['response_request → Max delivered', 'thread_update → Ada leased'])
})

it('needs an answer: silence is tried again and then fails visibly', async () => {
  world.responses.onRun = (run) => run.answer(nothingToAdd)
  world.delivery.start()
  ask(ada, 'Hello?', max)
  for (let round = 0; round < 6; round += 1) {
    await world.settle()
    await world.clock.advance(400_000)
  }
  expect(world.outbox()[0]).toMatchObject({ state: 'dead', last_error_code: 'no_response', no_reply_count: 2 })
  expect(world.activity('delivery_failed')).toHaveLength(1)
  expect(codes(ask(ada, 'Hello?', max))).toEqual(['asked_lately'])
})

it('nobody is asked twice at once; again after an answer, or after four hours', async () => {
  ask(ada, 'One?', max)
  const again = ask(ivy, 'Two?', max)
  expect(codes(again)).toEqual(['waiting'])
  expect(again.comment).toBeNull()
  expect(again.recipients[0]?.reason).toContain('still on its way')
  world.responses.onRun = (run) => run.answer('Yes.')
  world.delivery.start()
  await world.settle()
  expect(codes(ask(ivy, 'Two?', max))).toEqual([null])
  await world.settle()

  // Delivered, and the answer taken away since.
  const answers = world.store.messages.list(task.id, { limit: 50, offset: 0 }).items.filter((each) => each.agent_id === max.id)
  world.store.write(() => answers.forEach((each) => world.store.messages.remove(each)))
  expect(codes(ask(ada, 'Three?', max))).toEqual(['asked_lately'])
  await world.clock.advance(askAgainMs)
  expect(codes(ask(ada, 'Three?', max))).toEqual([null])
})

it('says of each why it is not asked, and writes nothing when nobody is', () => {
  const paused = world.agent('Noor', { status: 'paused' })
  const elsewhere = world.agent('Zoe', { board_id: null })
  const result = ask(ada, 'Anyone?', ada, paused, elsewhere, 'Nobody')
  expect(result.recipients.map((each) => [each.name, each.code])).toEqual([
    ['Ada', 'yourself'],
    ['Noor', 'paused'],
    ['Zoe', 'not_on_board'],
    ['Nobody', 'unknown'],
  ])
  expect(result.recipients.every((each) => each.reason !== null)).toBe(true)
  expect(world.thread(task)).toEqual([])
  expect(rows()).toEqual([])
})

it('agents do not ask one another without end', () => {
  world.comment(task, 'Start.')
  for (let turn = 0; turn < agentTurnsLimit; turn += 1) world.comment(task, `step ${turn}`, as(max))
  expect(codes(ask(ada, 'And now?', ivy))).toEqual(['loop_guard'])
  expect(world.activity('delivery.loop_guard')).toHaveLength(1)
  world.comment(task, 'Go on.')
  expect(codes(ask(ada, 'And now?', ivy))).toEqual([null])
})

it('an answer never takes the place of a person’s comment', async () => {
  world.store.write(() => world.store.tasks.setAssignees(task.id, [ada.id]))
  world.delivery.start()
  ask(ada, 'Ready?', max)
  await world.settle()
  world.gateway.down()
  world.comment(task, 'What is the plan?')
  runOf(max)?.answer('Ready.')
  await world.settle()
  const updates = world.outbox().filter((row) => row.type === 'thread_update')
  expect(updates.map((row) => row.body)).toEqual(['What is the plan?'])
})
