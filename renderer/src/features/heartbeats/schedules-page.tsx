/** The rhythm of all agents: who is asked when, and what came of it. */
import './heartbeats.css'
import { Button, Tooltip } from '@mantine/core'
import { CalendarClock, HeartPulse, Pause, Play, SlidersHorizontal } from 'lucide-react'
import { useRef, useState } from 'react'
import { Link } from 'wouter'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import { agentStates } from '../../../../native-services/contract/states.ts'
import { changeSettings } from '../../lib/actions.ts'
import { useAgents, useLive } from '../../lib/store.ts'
import { type RowWindow, useRowWindow } from '../../lib/use-row-window.ts'
import { AgentAvatar } from '../../ui/avatar.tsx'
import { Empty, Note, PageHead } from '../../ui/parts.tsx'
import { RowGap } from '../../ui/row-gap.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { Countdown, RelativeTime } from '../../ui/time.tsx'
import { RecurringSection } from '../planning/recurring-section.tsx'
import { BeatBar } from './beat-bar.tsx'
import { beatNow, rhythmOf } from './beat-now.ts'
import { beatSentence } from './beat-words.ts'
import { BoardPace } from './board-pace.tsx'
import { RhythmDialog } from './rhythm-dialog.tsx'
import { strings } from './strings.ts'
import { useBeats } from './use-beats.ts'

const nearMs = 3_600_000

function Row({ agent, place, measure, onEdit }: { agent: Agent; place: number; measure: RowWindow['measure']; onEdit: () => void }) {
  const box = useRef<HTMLTableRowElement>(null)
  const read = useBeats(agent, box)
  const { beats } = read
  const last = beats?.[0]
  const quiet = agent.heartbeat_config.quiet_hours
  const cannot = agent.status === 'paused' || agent.status === 'deleting'
  const next = cannot ? null : agent.next_heartbeat_at
  return (
    <tr
      ref={(element) => {
        box.current = element
        measure?.(element)
      }}
      className="schedule-row"
      data-row
      data-index={place}
      aria-rowindex={place + 2}
      tabIndex={-1}
    >
      <td>
        <span className="schedule-agent">
          <AgentAvatar agent={agent} size={26} />
          <span>
            <Link href={`/agents/${agent.id}`} className="schedule-name">
              {agent.name}
            </Link>
            <StateBadge words={agentStates[agent.status]} reason={agent.status_reason} />
          </span>
        </span>
      </td>
      <td className="nowrap num">
        {rhythmOf(agent)}
        {quiet ? <span className="reason">{strings.quietBetween(quiet.from, quiet.to)}</span> : null}
      </td>
      <td className="nowrap">{next && Date.parse(next) - Date.now() < nearMs ? <Countdown to={next} /> : <RelativeTime at={next} />}</td>
      <td className="hide-narrow schedule-last">
        {last ? (
          <>
            <RelativeTime at={last.expected_at} />
            <span className="reason">{beatSentence(last)}</span>
          </>
        ) : (
          <span className="faint">{beats ? strings.noBeats : ''}</span>
        )}
      </td>
      <td className="hide-narrow schedule-bar">
        <BeatBar name={agent.name} read={read} />
      </td>
      <td>
        <div className="schedule-actions">
          <Tooltip label={strings.beatNow}>
            <button
              type="button"
              className="iconbtn"
              aria-label={strings.beatNowFor(agent.name)}
              disabled={cannot}
              onClick={() => void beatNow(agent)}
            >
              <HeartPulse size={14} aria-hidden />
            </button>
          </Tooltip>
          <Tooltip label={strings.edit}>
            <button type="button" className="iconbtn" aria-label={strings.editFor(agent.name)} onClick={onEdit}>
              <SlidersHorizontal size={14} aria-hidden />
            </button>
          </Tooltip>
        </div>
      </td>
    </tr>
  )
}

export function SchedulesPage() {
  const agents = useAgents()
  const paused = useLive((state) => state.settings?.heartbeats_paused ?? false)
  const [editing, setEditing] = useState<string | null>(null)
  const edited = agents.find((agent) => agent.id === editing)
  const words = strings.columns
  const body = useRef<HTMLTableSectionElement>(null)
  const rows = useRowWindow({ list: body, count: agents.length, height: 60, keyOf: (place) => agents[place]?.id ?? '' })
  return (
    <div className="page">
      <PageHead title={strings.title} />
      <div className="page-inner">
        {paused ? (
          <Note tone="warning">
            {strings.paused}{' '}
            <button type="button" className="link plain" onClick={() => void changeSettings({ heartbeats_paused: false })}>
              {strings.resume}
            </button>
          </Note>
        ) : null}
        <section className="card" aria-labelledby="beats-title">
          <div className="card-head">
            <h2 id="beats-title">{strings.heartbeat}</h2>
            <span className="aside">
              <span className="hide-narrow">{strings.lead}</span>
              {agents.length > 0 ? (
                <Button
                  variant="default"
                  size="compact-xs"
                  leftSection={paused ? <Play size={12} aria-hidden /> : <Pause size={12} aria-hidden />}
                  onClick={() => void changeSettings({ heartbeats_paused: !paused })}
                >
                  {paused ? strings.resume : strings.pauseAll}
                </Button>
              ) : null}
            </span>
          </div>
          {agents.length === 0 ? (
            <Empty icon={<CalendarClock size={22} aria-hidden />} title={strings.none}>
              {strings.noneBody}
            </Empty>
          ) : (
            <div className="table-wrap">
              <table
                className={rows.windowed ? 'table schedule-table table-windowed' : 'table schedule-table'}
                aria-rowcount={agents.length + 1}
              >
                <thead>
                  <tr>
                    <th>{words.agent}</th>
                    <th>{words.every}</th>
                    <th>{words.next}</th>
                    <th className="hide-narrow">{words.last}</th>
                    <th className="hide-narrow">{words.bar}</th>
                    <th>
                      <span className="visually-hidden">{words.actions}</span>
                    </th>
                  </tr>
                </thead>
                <tbody ref={body}>
                  <RowGap height={rows.above} columns={6} />
                  {rows.places.map((place) => {
                    const agent = agents[place]
                    return agent ? (
                      <Row key={agent.id} agent={agent} place={place} measure={rows.measure} onEdit={() => setEditing(agent.id)} />
                    ) : null
                  })}
                  <RowGap height={rows.below} columns={6} />
                </tbody>
              </table>
            </div>
          )}
        </section>
        <RecurringSection />
        <BoardPace />
      </div>
      {edited ? <RhythmDialog key={edited.id} agent={edited} onClose={() => setEditing(null)} /> : null}
    </div>
  )
}
