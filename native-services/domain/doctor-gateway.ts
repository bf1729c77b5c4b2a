/** What the Doctor makes of the gateway: port, layers, others beside it. Pure: from facts to rows with a remedy. */
import type { DoctorCheck } from '../contract/doctor.ts'
import { type HealthLayerName, healthLayerWords } from '../contract/gateway-health.ts'
import { type Base, row } from './doctor-row.ts'

export function checkPort(facts: {
  port: number
  answers: boolean
  owner: { pid: number | null; program: string | null } | null
  ours: boolean
  gatewayId: string | null
}): DoctorCheck {
  const base: Base = {
    id: 'port',
    group: 'gateway',
    title: `Port ${facts.port}`,
    why: 'The gateway can only start on a port that nobody else has.',
  }
  if (!facts.answers) return row(base, { state: 'ok', found: 'It is free.' })
  const { owner } = facts
  const who = owner?.program ? `${owner.program} (process ${owner.pid ?? 'unknown'})` : 'a program that cannot be named'
  return facts.ours
    ? row(base, { state: 'ok', found: `Our gateway has it: ${who}` })
    : row(base, {
        state: 'bad',
        found: `It is taken by ${who}.`,
        remedy: 'End that program, or run the gateway on another port.',
        link: '/gateway',
        fix: { label: 'Use another port', action: 'use_port', target_id: null },
      })
}

export function checkLayer(facts: {
  layer: HealthLayerName
  state: 'ok' | 'failing' | 'unknown'
  detail: string | null
  error: string | null
  latency_ms: number | null
  /** Nobody asked it to run. */
  stopped: boolean
  gatewayId: string | null
}): DoctorCheck {
  const words = healthLayerWords[facts.layer]
  const base: Base = { id: `layer-${facts.layer}`, group: 'gateway', title: words.label, why: words.asks }
  const timing = facts.latency_ms === null ? '' : ` (${Math.round(facts.latency_ms)} ms)`
  if (facts.state === 'ok') return row(base, { state: 'ok', found: `${facts.detail ?? 'Answers'}${timing}`, link: '/gateway' })
  if (facts.layer === 'process' && facts.stopped)
    return row(base, {
      state: 'warning',
      found: facts.error ?? 'The gateway is stopped.',
      remedy: 'Start it.',
      link: '/gateway',
      fix: { label: 'Start', action: 'start_gateway', target_id: facts.gatewayId },
    })
  if (facts.stopped || facts.state === 'unknown')
    return row(base, { state: 'skipped', found: facts.stopped ? 'The gateway is stopped.' : (facts.detail ?? 'Not known yet.') })
  if (facts.layer === 'run')
    return row(base, {
      state: 'warning',
      found: `${facts.detail ?? 'The last run failed'}: ${facts.error ?? 'no reason was given'}`,
      remedy: 'Read the error; most often it is the model provider: its key, its quota, or its address.',
      link: '/activity',
    })
  return row(base, {
    state: 'bad',
    found: facts.error ?? 'It does not answer.',
    remedy:
      facts.layer === 'process'
        ? 'Read the reason, mend it, start the gateway.'
        : 'Restart the gateway; its last lines on the Gateway page say more.',
    link: '/gateway',
    fix:
      facts.layer === 'process'
        ? { label: 'Start', action: 'start_gateway', target_id: facts.gatewayId }
        : { label: 'Restart', action: 'restart_gateway', target_id: facts.gatewayId },
  })
}

export function checkOtherGateways(facts: { others: readonly { pid: number; command: string; orphan: boolean }[] }): DoctorCheck {
  const base: Base = {
    id: 'other-gateways',
    group: 'gateway',
    title: 'Other gateways',
    why: 'A second gateway takes memory, may hold a port, and may answer agents in our place.',
  }
  if (facts.others.length === 0) return row(base, { state: 'ok', found: 'No other OpenClaw gateway runs here.' })
  const shown = facts.others
    .slice(0, 5)
    .map(({ pid, command, orphan }) => `${pid}${orphan ? ' (its parent is gone)' : ''}: ${command.slice(0, 120)}`)
  return row(base, {
    state: 'warning',
    found: `${facts.others.length} more: ${shown.join('; ')}`,
    remedy: 'If nobody needs them, end them. Mission Control never ends what it did not start.',
  })
}
