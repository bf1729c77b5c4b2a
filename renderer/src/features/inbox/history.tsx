/** What was decided and answered, newest first. */
import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import type { Approval, Question } from '../../../../native-services/contract/approvals.ts'
import { api, explain } from '../../lib/api.ts'
import { authorName } from '../../lib/author.ts'
import { mergeEntities } from '../../lib/entities.ts'
import { useApprovals, useLive, useQuestions } from '../../lib/store.ts'
import { Markdown } from '../../ui/markdown.tsx'
import { Empty, LoadError } from '../../ui/parts.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { ApprovalFacts, RequestFrame } from './request-cards.tsx'
import { strings } from './strings.ts'

const pageSize = 50

type Entry = { at: string; id: string } & ({ kind: 'approval'; row: Approval } | { kind: 'question'; row: Question })

function Verdict({ word, tone, at }: { word: string; tone: 'good' | 'bad' | 'warning'; at: string | null }) {
  return (
    <span className="request-aside">
      <span className="chip" data-tone={tone}>
        {word}
      </span>
      <span className="faint">
        <RelativeTime at={at} />
      </span>
    </span>
  )
}

function ApprovalEntry({ row }: { row: Approval }) {
  const tone = row.status === 'approved' ? 'good' : 'bad'
  return (
    <RequestFrame
      kind="approval"
      id={row.id}
      title={row.action_type.replaceAll('_', ' ')}
      name={authorName(row.requested_by)}
      agentId={row.agent_id}
      at={row.created_at}
      boardId={row.board_id}
      taskId={row.task_id}
      aside={<Verdict word={strings.states[row.status]} tone={tone} at={row.resolved_at} />}
    >
      <ApprovalFacts row={row} />
      {row.resolution_comment ? <blockquote className="request-said">{row.resolution_comment}</blockquote> : null}
    </RequestFrame>
  )
}

function QuestionEntry({ row }: { row: Question }) {
  return (
    <RequestFrame
      kind="question"
      id={row.id}
      title={strings.kinds.question}
      name={row.agent_name}
      agentId={row.agent_id}
      at={row.created_at}
      boardId={row.board_id}
      taskId={row.task_id}
      aside={<Verdict word={strings.states[row.status]} tone={row.status === 'answered' ? 'good' : 'warning'} at={row.resolved_at} />}
    >
      <div className="request-text">
        <Markdown text={row.content} />
      </div>
      {row.answer ? <blockquote className="request-said">{row.answer}</blockquote> : null}
    </RequestFrame>
  )
}

export function History() {
  const [pages, setPages] = useState(1)
  const [total, setTotal] = useState(0)
  const [error, setError] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  const approvals = useApprovals()
  const questions = useQuestions()

  useEffect(() => {
    let current = true
    const query = { limit: pageSize, offset: (pages - 1) * pageSize }
    Promise.all([api.call('listAllApprovals', { query }), api.call('listQuestions', { query })]).then(
      ([left, right]) => {
        if (!current) return
        setError(null)
        setTotal(Math.max(left.total, right.total))
        useLive.setState((state) => ({
          maps: mergeEntities(mergeEntities(state.maps, 'approval', left.items), 'question', right.items),
        }))
      },
      (reason: unknown) => {
        if (current) setError(explain(reason))
      },
    )
    return () => {
      current = false
    }
  }, [pages, round])

  const entries: Entry[] = [
    ...approvals
      .filter((row) => row.status !== 'pending')
      .map((row) => ({ kind: 'approval' as const, id: row.id, at: row.resolved_at ?? row.updated_at, row })),
    ...questions
      .filter((row) => row.status !== 'open')
      .map((row) => ({ kind: 'question' as const, id: row.id, at: row.resolved_at ?? row.updated_at, row })),
  ].toSorted((a, b) => b.at.localeCompare(a.at))

  if (error && entries.length === 0) return <LoadError message={error} retry={() => setRound((value) => value + 1)} />
  if (entries.length === 0)
    return (
      <div className="card">
        <Empty title={strings.noHistory}>{strings.noHistoryBody}</Empty>
      </div>
    )
  return (
    <>
      {entries.map((entry) =>
        entry.kind === 'approval' ? <ApprovalEntry key={entry.id} row={entry.row} /> : <QuestionEntry key={entry.id} row={entry.row} />,
      )}
      {total > pages * pageSize ? (
        <Button variant="default" style={{ alignSelf: 'center' }} onClick={() => setPages((value) => value + 1)}>
          {strings.more}
        </Button>
      ) : null}
    </>
  )
}
