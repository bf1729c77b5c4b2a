/** The last lines of the log that are about one agent. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import type { Agent, LogLine } from '../../../../native-services/contract/entities.ts'
import { api, explain } from '../../lib/api.ts'
import { live } from '../../lib/connection.ts'
import { useLive } from '../../lib/store.ts'
import { clockTime } from '../../lib/time.ts'
import { useOnReturn } from '../../lib/use-on-return.ts'
import { words as common } from '../../ui/strings.ts'
import { strings } from './strings.ts'

export function AgentLogs({ agent }: { agent: Agent }) {
  const [older, setOlder] = useState<readonly LogLine[]>([])
  const [read, setRead] = useState<{ error: string | null } | null>(null)
  const [turn, setTurn] = useState(0)
  useOnReturn(useCallback(() => setTurn((before) => before + 1), []))
  const fresh = useLive((state) => state.logs)
  useEffect(() => live.wantLogs(), [])
  useEffect(() => {
    let current = true
    api.call('listLogs', { query: { agent_id: agent.id, limit: 200 } }).then(
      (page) => {
        if (!current) return
        setOlder(page.items)
        setRead({ error: null })
      },
      (error: unknown) => {
        if (current) setRead({ error: explain(error) })
      },
    )
    return () => {
      current = false
    }
  }, [agent.id, turn])
  const box = useRef<HTMLPreElement>(null)
  const newest = older.at(-1)?.seq ?? 0
  const lines = [...older, ...fresh.filter((line) => line.agent_id === agent.id && line.seq > newest)].slice(-60)
  const last = lines.at(-1)?.seq
  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [last])
  return (
    <section className="card" aria-labelledby="agent-logs">
      <div className="card-head">
        <h2 id="agent-logs">{strings.logs}</h2>
        <span className="aside">
          <Link href={`/logs?agent=${agent.id}`}>{strings.allLogs}</Link>
        </span>
      </div>
      {lines.length === 0 ? (
        <p className="muted" style={{ padding: 14 }}>
          {read === null ? common.loading : (read.error ?? strings.logsNone)}
        </p>
      ) : (
        <pre
          ref={box}
          className="verbatim"
          style={{ border: 0, borderRadius: 0, background: 'none' }}
          tabIndex={0}
          aria-label={strings.logs}
        >
          {lines.map((line) => `${clockTime(line.at)}  ${line.level.padEnd(5)} ${line.scope}  ${line.message}`).join('\n')}
        </pre>
      )}
    </section>
  )
}
