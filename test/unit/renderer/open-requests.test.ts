import { expect, it } from 'vitest'
import type { Notification } from '../../../native-services/contract/entities.ts'
import { openRequests } from '../../../renderer/src/features/tasks/open-requests.ts'

const request = (id: string, state: Notification['state']): Notification => ({
  id,
  type: 'response_request',
  agent_id: `agent-${id}`,
  board_id: 'b',
  task_id: 't',
  comment_id: 'c',
  title: 'Ada requested a response in #1 T',
  session_key: 's',
  state,
  attempts: 1,
  next_attempt_at: null,
  last_error_code: null,
  last_error: null,
  run_id: null,
  delivered_at: null,
  created_at: '2026-01-01T10:00:00.000Z',
})
const said = (agent_id: string, minute: string, source_notification_id: string | null = null) => ({
  agent_id,
  created_at: `2026-01-01T10:${minute}:00.000Z`,
  source_notification_id,
})

it('a request is open until its agent has replied, or written after it was sent', () => {
  const requests = [request('1', 'delivered'), request('2', 'leased'), request('3', 'queued'), request('4', 'dead')]
  const open = (...comments: ReturnType<typeof said>[]): string[] => openRequests(requests, comments).map((row) => row.id)
  expect(open()).toEqual(['1', '2', '3', '4'])
  expect(open(said('agent-1', '05', '1'), said('agent-2', '06'))).toEqual(['3', '4'])
  // Not told yet, so this was about something else.
  expect(open(said('agent-3', '05'))).toEqual(['1', '2', '3', '4'])
  expect(open(said('somebody', '05'))).toEqual(['1', '2', '3', '4'])
})
