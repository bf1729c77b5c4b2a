/** One stream of lines from everything: filtered, followed, virtualised; older lines load when one scrolls up to them. */
import './logs.css'
import { Button, Select, TextInput, Tooltip } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDownToLine, Copy, Search } from 'lucide-react'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { LogLine } from '../../../../native-services/contract/entities.ts'
import type { Tone } from '../../../../native-services/contract/states.ts'
import { api, explain } from '../../lib/api.ts'
import { live } from '../../lib/connection.ts'
import { useQuery } from '../../lib/hash-location.ts'
import { useAgents, useLive } from '../../lib/store.ts'
import { clockTime, exactTime } from '../../lib/time.ts'
import { toast } from '../../lib/toast.ts'
import { Empty, LoadError, PageHead } from '../../ui/parts.tsx'
import { joinLines, logMatches, type LogFilter } from './log-filter.ts'
import { strings } from './strings.ts'

const tones: Readonly<Record<LogLine['level'], Tone>> = { debug: 'idle', info: 'idle', warn: 'warning', error: 'bad' }
const pageSize = 1000

export function LogsPage() {
  const agents = useAgents()
  const fresh = useLive((state) => state.logs)
  const logsSince = useLive((state) => state.logsSince)
  const [query, setQuery] = useQuery()
  const { q = '', level = 'info', source = '', agent = '' } = query
  const filter = useMemo<LogFilter>(() => ({ text: q, level, source, agent }), [q, level, source, agent])
  const [older, setOlder] = useState<readonly LogLine[]>([])
  const [before, setBefore] = useState<number | null>(null)
  const [loading, setLoading] = useState(true)
  const [error, setError] = useState<string | null>(null)
  const [follow, setFollow] = useState(true)
  const [seen, setSeen] = useState(0)
  const scroller = useRef<HTMLDivElement>(null)
  const busy = useRef(false)

  useEffect(() => live.wantLogs(), [])

  // Source and agent are asked of the server, so that a quiet source is not buried under a loud one; the rest is filtered here.
  const server = useMemo(() => ({ limit: pageSize, ...(source ? { source } : {}), ...(agent ? { agent_id: agent } : {}) }), [source, agent])
  const loadFirst = useCallback(() => {
    let current = true
    setLoading(true)
    api.call('listLogs', { query: server }).then(
      (page) => {
        if (!current) return
        setOlder(page.items)
        setBefore(page.next_before)
        setError(null)
        setLoading(false)
      },
      (reason: unknown) => {
        if (!current) return
        setError(explain(reason))
        setLoading(false)
      },
    )
    return () => {
      current = false
    }
  }, [server])
  // A stream that was opened anew may have missed lines, and after a restart their numbers begin anew.
  useEffect(() => loadFirst(), [loadFirst, logsSince])

  const lines = useMemo(() => joinLines(older, fresh).filter((line) => logMatches(line, filter)), [older, fresh, filter])
  const virtualizer = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 21,
    overscan: 30,
    paddingStart: 34,
    paddingEnd: 12,
    getItemKey: (index) => lines[index]?.seq ?? index,
  })

  const loadOlder = () => {
    if (before === null || busy.current) return
    busy.current = true
    const first = lines[virtualizer.getVirtualItems()[0]?.index ?? 0]?.seq
    api.call('listLogs', { query: { ...server, before } }).then(
      (page) => {
        setOlder((now) => joinLines(page.items, now))
        setBefore(page.next_before)
        // The reader stays at the line that was at the top.
        requestAnimationFrame(() => {
          const added = page.items.filter((line) => logMatches(line, filter)).length
          if (first !== undefined && added > 0) virtualizer.scrollToIndex(added, { align: 'start' })
          busy.current = false
        })
      },
      () => {
        busy.current = false
      },
    )
  }

  const count = lines.length
  const height = virtualizer.getTotalSize()
  // Heights become known as lines are drawn: following means staying at the end through all of that.
  useLayoutEffect(() => {
    if (!follow || count === 0) return
    const element = scroller.current
    element?.scrollTo({ top: element.scrollHeight })
    setSeen(count)
  }, [count, height, follow])

  const onScroll = () => {
    const element = scroller.current
    if (!element) return
    if (element.scrollTop < 300) loadOlder()
  }
  const leaveEnd = () => {
    const element = scroller.current
    if (!element) return
    requestAnimationFrame(() => setFollow(element.scrollHeight - element.scrollTop - element.clientHeight < 40))
  }

  return (
    <div className="page-flush" style={{ position: 'relative' }}>
      <PageHead title={strings.title} />
      <div className="filters">
        <TextInput
          data-page-filter
          aria-label={strings.filter}
          placeholder={strings.filter}
          leftSection={<Search size={13} aria-hidden />}
          value={q}
          onChange={(event) => setQuery({ q: event.currentTarget.value })}
          w={220}
        />
        <Select
          aria-label="Level"
          allowDeselect={false}
          w={170}
          value={level}
          onChange={(value) => setQuery({ level: value === 'info' ? null : value })}
          data={Object.entries(strings.levels).map(([value, label]) => ({ value, label }))}
        />
        <Select
          aria-label="Source"
          placeholder={strings.anySource}
          clearable
          w={140}
          value={source || null}
          onChange={(value) => setQuery({ source: value })}
          data={Object.entries(strings.sources).map(([value, label]) => ({ value, label }))}
        />
        <Select
          aria-label="Agent"
          placeholder={strings.anyAgent}
          clearable
          searchable
          w={150}
          value={agent || null}
          onChange={(value) => setQuery({ agent: value })}
          data={agents.map((each) => ({ value: each.id, label: each.name }))}
        />
        <span className="grow" />
        <span className="faint num hide-narrow">{count.toLocaleString()} lines</span>
        <Tooltip label={strings.copy}>
          <button
            type="button"
            className="iconbtn"
            aria-label={strings.copy}
            onClick={() => {
              const text = lines.map((line) => `${line.at} ${line.level.padEnd(5)} ${line.source} ${line.scope} ${line.message}`).join('\n')
              void navigator.clipboard.writeText(text).then(() => toast(strings.copied(lines.length)))
            }}
          >
            <Copy size={14} aria-hidden />
          </button>
        </Tooltip>
        <Button
          variant={follow ? 'light' : 'default'}
          leftSection={<ArrowDownToLine size={13} aria-hidden />}
          aria-pressed={follow}
          onClick={() => setFollow((value) => !value)}
        >
          {strings.follow}
        </Button>
      </div>
      {error ? (
        <LoadError message={error} retry={loadFirst} />
      ) : count === 0 && !loading ? (
        <Empty title={strings.none}>{strings.noneBody}</Empty>
      ) : (
        <div
          className="logs"
          ref={scroller}
          onScroll={onScroll}
          onWheel={leaveEnd}
          onTouchMove={leaveEnd}
          onKeyDown={leaveEnd}
          onPointerUp={leaveEnd}
          tabIndex={0}
          role="log"
          aria-label={strings.title}
          aria-live="off"
        >
          <div style={{ height: virtualizer.getTotalSize(), position: 'relative' }}>
            <div className="log-status">{before === null && !loading ? strings.start : strings.loading}</div>
            {virtualizer.getVirtualItems().map((item) => {
              const line = lines[item.index]
              if (!line) return null
              return (
                <div
                  key={item.key}
                  ref={virtualizer.measureElement}
                  data-index={item.index}
                  className="log-line"
                  data-level={line.level}
                  data-tone={tones[line.level]}
                  style={{ top: item.start }}
                >
                  <time className="at" dateTime={line.at} title={exactTime(line.at)}>
                    {clockTime(line.at)}
                  </time>
                  <span className="level">{line.level}</span>
                  <span className="source">{line.source}</span>
                  <span className="scope" title={line.scope}>
                    {line.scope}
                  </span>
                  <span className="message">{line.message}</span>
                </div>
              )
            })}
          </div>
        </div>
      )}
      {!follow && count > seen ? (
        <div className="log-foot">
          <Button leftSection={<ArrowDownToLine size={13} aria-hidden />} onClick={() => setFollow(true)}>
            {strings.paused} · {strings.newLines(count - seen)}
          </Button>
        </div>
      ) : null}
    </div>
  )
}
