/** The interview through the delivery: the agent's reply is its question, once, whatever is repeated or comes late. */
import { afterEach, expect, it } from 'vitest'
import { giveTurn, takeReply, takeWord } from '../../../native-services/delivery/onboarding.ts'
import { onboardingReply } from '../../../native-services/contract/board-onboarding.ts'
import { createDeliveryWorld } from '../../support/delivery-world.ts'
import { settle } from '../../support/manual-clock.ts'

let world: ReturnType<typeof createDeliveryWorld> | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

function begin(of: NonNullable<typeof world>) {
  const main = of.agent('Moss', { role: 'main' })
  const turn = () =>
    of.store.write(() => {
      const open = of.store.onboardings.newest(of.board.id)
      const onboarding =
        open ?? of.store.onboardings.create({ board_id: of.board.id, agent_id: main.id, agent_name: main.name, answer_minutes: 10 })
      return giveTurn(of.store, onboarding, main, of.clock.now())
    })
  return { main, turn, read: () => of.store.onboardings.newest(of.board.id) }
}

it('the reply becomes the open question, and the operator sees no other text of it', async () => {
  const here = (world = createDeliveryWorld())
  const { turn, read } = begin(here)
  here.responses.onRun = (run) => run.answer('Here: {"question": "What for?", "options": ["More", "Less"]}')
  here.delivery.start()
  const started = turn()
  expect(started).toMatchObject({ status: 'asking', deadline_at: here.clock.now() + 600_000 })
  await settle()
  expect(read()).toMatchObject({ status: 'answering', deadline_at: null, question: { content: 'What for?' } })
  expect(here.responses.runs[0]?.turn.instructions).toContain('one JSON object')
  expect(here.responses.runs[0]?.turn.input).toContain('Questions so far: 0')
  expect(here.store.notifications.get(started.notification_id ?? '')?.state).toBe('delivered')
})

it('prose is asked for again with growing pauses and given up in the end', async () => {
  const here = (world = createDeliveryWorld())
  const { turn, read } = begin(here)
  here.responses.onRun = (run) => run.answer('Well, what is it for?')
  here.delivery.start()
  const started = turn()
  for (let n = 0; n < 8; n += 1) {
    await here.clock.advance(400_000)
    await settle()
  }
  expect(here.responses.runs).toHaveLength(3)
  expect(here.store.notifications.get(started.notification_id ?? '')).toMatchObject({ state: 'dead', last_error_code: 'no_response' })
  expect(read()).toMatchObject({ status: 'asking', question: null })
})

it('a reply to a turn that is over changes nothing', async () => {
  const here = (world = createDeliveryWorld())
  const { turn, read } = begin(here)
  const first = turn()
  const word = onboardingReply.parse({ question: 'Posted by its own call?' })
  here.store.write(() => takeWord(here.store, first, word, here.clock.now()))
  const row = here.store.notifications.get(first.notification_id ?? '')
  const late = here.store.write(() => takeReply(here.store, row as NonNullable<typeof row>, '{"question": "Late?"}', here.clock.now()))
  expect(late).toBe('late')
  turn()
  expect(here.store.write(() => takeReply(here.store, row as NonNullable<typeof row>, '{"question": "Later?"}', here.clock.now()))).toBe(
    'late',
  )
  expect(read()?.messages.map((message) => message.content)).toEqual(['Posted by its own call?'])
})
