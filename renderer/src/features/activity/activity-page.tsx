/** Everything that happened, newest first; new events join at the top. */
import '../overview/overview.css'
import { Button, Select } from '@mantine/core'
import { useEffect, useState } from 'react'
import { api, explain } from '../../lib/api.ts'
import { mergeEntities } from '../../lib/entities.ts'
import { useQuery } from '../../lib/hash-location.ts'
import { moveInList } from '../../lib/keys.ts'
import { dayName } from '../../lib/time.ts'
import { useActivity, useAgents, useBoards, useLive } from '../../lib/store.ts'
import { Empty, LoadError, NoRows, PageHead } from '../../ui/parts.tsx'
import { FeedRow } from './feed-row.tsx'
import { strings } from './strings.ts'

export function ActivityPage() {
  const agents = useAgents()
  const boards = useBoards()
  const all = useActivity()
  const [query, setQuery] = useQuery()
  const [total, setTotal] = useState<number | null>(null)
  const [limit, setLimit] = useState(200)
  const [error, setError] = useState<string | null>(null)
  const [round, setRound] = useState(0)
  const { agent = '', level = '', kind = '', board = '' } = query

  useEffect(() => {
    let current = true
    setError(null)
    setTotal(null)
    const filters = {
      ...(agent ? { agent_id: agent } : {}),
      ...(level ? { level } : {}),
      ...(kind ? { event_type: kind } : {}),
      ...(board ? { board_id: board } : {}),
    }
    api.call('listActivity', { query: { ...filters, limit: 200, offset: Math.max(0, limit - 200) } }).then(
      (page) => {
        if (!current) return
        setTotal(page.total)
        useLive.setState((state) => ({ maps: mergeEntities(state.maps, 'activity', page.items) }))
      },
      (reason: unknown) => {
        if (current) setError(explain(reason))
      },
    )
    return () => {
      current = false
    }
  }, [agent, level, kind, board, limit, round])

  const rows = all
    .filter(
      (row) =>
        (!agent || row.agent_id === agent) &&
        (!level || row.level === level) &&
        (!kind || row.event_type.startsWith(kind)) &&
        (!board || row.board_id === board),
    )
    .slice(0, limit)
  const retry = () => setRound((value) => value + 1)
  let day = ''
  return (
    <div className="page-flush">
      <PageHead title={strings.title} />
      <div className="filters">
        <Select
          aria-label={strings.anyKind}
          placeholder={strings.anyKind}
          clearable
          w={140}
          value={kind || null}
          onChange={(value) => setQuery({ kind: value })}
          data={Object.entries(strings.kinds).map(([value, label]) => ({ value, label }))}
        />
        <Select
          aria-label={strings.anyLevel}
          placeholder={strings.anyLevel}
          clearable
          w={130}
          value={level || null}
          onChange={(value) => setQuery({ level: value })}
          data={Object.entries(strings.levels).map(([value, label]) => ({ value, label }))}
        />
        <Select
          aria-label={strings.anyone}
          placeholder={strings.anyone}
          clearable
          searchable
          w={160}
          value={agent || null}
          onChange={(value) => setQuery({ agent: value })}
          data={agents.map((each) => ({ value: each.id, label: each.name }))}
        />
        <Select
          aria-label={strings.anyBoard}
          placeholder={strings.anyBoard}
          clearable
          searchable
          w={160}
          value={board || null}
          onChange={(value) => setQuery({ board: value })}
          data={boards.map((each) => ({ value: each.id, label: each.name }))}
        />
      </div>
      <div className="page">
        <div className="page-inner page-narrow">
          {error && rows.length > 0 ? <LoadError message={error} retry={retry} /> : null}
          {rows.length === 0 ? (
            <div className="card">
              <NoRows read={{ loaded: total !== null, error, retry }}>
                <Empty title={strings.none}>{strings.noneBody}</Empty>
              </NoRows>
            </div>
          ) : (
            <div className="card" style={{ padding: '4px 0 8px' }} onKeyDown={moveInList}>
              {rows.map((row) => {
                const name = dayName(row.created_at)
                const isNew = name !== day
                day = name
                return (
                  <div key={row.id}>
                    {isNew ? (
                      <h2 className="section-title" style={{ padding: '12px 14px 4px' }}>
                        {name}
                      </h2>
                    ) : null}
                    <FeedRow row={row} />
                  </div>
                )
              })}
            </div>
          )}
          {total !== null && total > limit ? (
            <Button variant="default" onClick={() => setLimit((value) => value + 200)} style={{ alignSelf: 'center' }}>
              {strings.more}
            </Button>
          ) : null}
        </div>
      </div>
    </div>
  )
}
