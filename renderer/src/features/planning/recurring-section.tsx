/** Recurring tasks of all boards, or of one: when each comes next and what came of the last time. */
import { Button, Tooltip } from '@mantine/core'
import { CalendarSync, Pause, Play, Plus, Zap } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { type RecurringTask, runReasons, runWords } from '../../../../native-services/contract/planning.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { useBoards, useLive } from '../../lib/store.ts'
import { attempt, toast } from '../../lib/toast.ts'
import { Countdown, RelativeTime } from '../../ui/time.tsx'
import { ListCard } from './list-card.tsx'
import { RecurringDialog } from './recurring-dialog.tsx'
import { DeleteButton, EditButton } from './row-buttons.tsx'
import { scheduleWords } from './schedule-words.ts'
import { strings } from './strings.ts'
import { useRecurringTasks } from './use-planning.ts'

const words = strings.recurring
const nearMs = 3_600_000

function LastRun({ row }: { row: RecurringTask }) {
  const run = row.last_run
  if (!run) return <span className="faint">{words.never}</span>
  const result = runWords[run.outcome]
  return (
    <span className="planning-row-name">
      <span>
        <span className="dot" data-tone={result.tone} />{' '}
        {run.task_id ? (
          <Link className="link" href={`/boards/${row.board_id}/tasks/${run.task_id}`}>
            {result.label}
          </Link>
        ) : (
          result.label
        )}{' '}
        <RelativeTime at={run.ran_at} />
      </span>
      {run.reason ? <span className="reason">{runReasons[run.reason] ?? run.reason}</span> : null}
    </span>
  )
}

function Row({ row, withBoard, onEdit }: { row: RecurringTask; withBoard: boolean; onEdit: () => void }) {
  const board = useLive((state) => state.maps.board[row.board_id])
  const said = scheduleWords(row.schedule)
  const params = { board_id: row.board_id, recurring_task_id: row.id }
  const run = async () => {
    const task = await attempt(() => api.call('runRecurringTask', { params }), { failed: words.notRun })
    if (!task) return
    remember('task', task)
    toast(words.made(task.number))
  }
  const pause = async () => {
    const saved = await attempt(() => api.call('updateRecurringTask', { params, body: { paused: !row.paused } }), {
      failed: strings.notSaved,
    })
    if (saved) remember('recurring_task', saved)
  }
  return (
    <tr data-row tabIndex={-1}>
      <td>
        <b>{row.name}</b>
      </td>
      {withBoard ? (
        <td className="hide-narrow">
          <Link className="link" href={`/boards/${row.board_id}`}>
            {board?.name ?? ''}
          </Link>
        </td>
      ) : null}
      <td className="nowrap">
        <span className="planning-row-name">
          {said ? <span title={row.schedule}>{said}</span> : <code>{row.schedule}</code>}
          {row.schedule.startsWith('every') ? null : <span className="reason faint">{row.timezone}</span>}
        </span>
      </td>
      <td className="nowrap">
        {row.paused ? (
          <span className="chip">{words.paused}</span>
        ) : row.next_run_at && Date.parse(row.next_run_at) - Date.now() < nearMs ? (
          <Countdown to={row.next_run_at} />
        ) : (
          <RelativeTime at={row.next_run_at} />
        )}
      </td>
      <td className="hide-narrow">
        <LastRun row={row} />
      </td>
      <td>
        <div className="planning-actions">
          <Tooltip label={words.runNow}>
            <button type="button" className="iconbtn" aria-label={words.runNowOf(row.name)} onClick={() => void run()}>
              <Zap size={14} aria-hidden />
            </button>
          </Tooltip>
          <Tooltip label={row.paused ? words.resume : words.pause}>
            <button
              type="button"
              className="iconbtn"
              aria-label={row.paused ? words.resumeOf(row.name) : words.pauseOf(row.name)}
              onClick={() => void pause()}
            >
              {row.paused ? <Play size={14} aria-hidden /> : <Pause size={14} aria-hidden />}
            </button>
          </Tooltip>
          <EditButton label={words.editOf(row.name)} onClick={onEdit} />
          <DeleteButton
            label={words.deleteOf(row.name)}
            name={row.name}
            title={words.deleteTitle(row.name)}
            body={words.deleteBody(row.run_count)}
            remove={() => api.call('deleteRecurringTask', { params })}
          />
        </div>
      </td>
    </tr>
  )
}

export function RecurringSection({ boardId }: { boardId?: string | undefined }) {
  const { items, read } = useRecurringTasks(boardId)
  const boards = useBoards()
  const [editing, setEditing] = useState<RecurringTask | 'new' | null>(null)
  return (
    <ListCard
      title={words.title}
      aside={
        <span className="aside">
          <span className="hide-narrow">{words.lead}</span>
          <Button
            variant="default"
            size="compact-xs"
            leftSection={<Plus size={12} aria-hidden />}
            disabled={boards.length === 0}
            onClick={() => setEditing('new')}
          >
            {words.add}
          </Button>
        </span>
      }
      read={read}
      icon={<CalendarSync size={22} aria-hidden />}
      none={words.none}
      noneBody={words.noneBody}
      columns={[
        { label: words.columns.name },
        ...(boardId === undefined ? [{ label: words.columns.board, className: 'hide-narrow' }] : []),
        { label: words.columns.schedule },
        { label: words.columns.next },
        { label: words.columns.last, className: 'hide-narrow' },
        { label: words.columns.actions, hidden: true },
      ]}
      rows={items.map((row) => (
        <Row key={row.id} row={row} withBoard={boardId === undefined} onEdit={() => setEditing(row)} />
      ))}
    >
      {editing ? (
        <RecurringDialog recurring={editing === 'new' ? null : editing} boardId={boardId} onClose={() => setEditing(null)} />
      ) : null}
    </ListCard>
  )
}
