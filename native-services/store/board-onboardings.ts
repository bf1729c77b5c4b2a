/** Interviews about the goals of boards; the newest one of a board is the one that counts. */
import type { BoardOnboarding } from '../contract/board-onboarding.ts'
import { createId } from '../platform/ids.ts'
import { assignments, type Stored } from './rows.ts'
import type { RepositoryContext } from './store.ts'

export type OnboardingRow = Omit<Stored<BoardOnboarding>, 'messages'> & {
  messages: { role: 'agent' | 'operator'; content: string; at: number }[]
}
type OnboardingPatch = Partial<Pick<OnboardingRow, 'status' | 'messages' | 'question' | 'draft' | 'notification_id' | 'deadline_at'>>

export function boardOnboardingsRepository({ db, clock, touch }: RepositoryContext) {
  const byId = db.prepare('SELECT * FROM board_onboardings WHERE id = ?')
  const newest = db.prepare('SELECT * FROM board_onboardings WHERE board_id = ? ORDER BY id DESC LIMIT 1')
  const due = db.prepare(`SELECT * FROM board_onboardings WHERE status = 'asking' AND deadline_at <= ? ORDER BY deadline_at LIMIT 100`)
  const next = db.prepare(`SELECT min(deadline_at) AS at FROM board_onboardings WHERE status = 'asking'`)

  function shape(row: unknown): OnboardingRow {
    const { messages_json: messages, question_json: question, draft_json: draft, ...fields } = row as Record<string, string | null>
    return {
      ...(fields as unknown as OnboardingRow),
      messages: JSON.parse(messages ?? '[]') as OnboardingRow['messages'],
      question: JSON.parse(question ?? 'null') as OnboardingRow['question'],
      draft: JSON.parse(draft ?? 'null') as OnboardingRow['draft'],
    }
  }
  const found = (row: unknown): OnboardingRow | undefined => (row === undefined ? undefined : shape(row))

  return {
    get: (id: string): OnboardingRow | undefined => found(byId.get(id)),
    newest: (boardId: string): OnboardingRow | undefined => found(newest.get(boardId)),
    due: (now: number): OnboardingRow[] => due.all(now).map(shape),
    nextDueAt: (): number | null => (next.get() as { at: number | null }).at,

    create(fields: Pick<OnboardingRow, 'board_id' | 'agent_id' | 'agent_name' | 'answer_minutes'>): OnboardingRow {
      const now = clock.now()
      const id = createId(now)
      db.prepare(
        `INSERT INTO board_onboardings (id, board_id, agent_id, agent_name, status, answer_minutes, created_at, updated_at) VALUES (?, ?, ?, ?, 'asking', ?, ?, ?)`,
      ).run(id, fields.board_id, fields.agent_id, fields.agent_name, fields.answer_minutes, now, now)
      touch('board_onboarding', id)
      return shape(byId.get(id))
    },

    update(id: string, { messages, question, draft, ...fields }: OnboardingPatch): OnboardingRow {
      const { sql, values } = assignments({
        ...fields,
        messages_json: messages && JSON.stringify(messages),
        question_json: question === undefined ? undefined : question && JSON.stringify(question),
        draft_json: draft === undefined ? undefined : draft && JSON.stringify(draft),
        updated_at: clock.now(),
      })
      db.prepare(`UPDATE board_onboardings SET ${sql} WHERE id = ?`).run(...values, id)
      touch('board_onboarding', id)
      return shape(byId.get(id))
    },
  }
}
