/** What the tray says, as data: one look answers "is everything all right?", the menu holds the quick remedies. */
import type { ServicesState } from '../../native-services/contract/host-link.ts'
import { restartLabel } from '../services/services-trouble.ts'
import { supervisorStates, type SupervisorStatus, type Tone, worstTone } from '../../native-services/contract/states.ts'

export type TrayAction =
  | { readonly kind: 'open'; readonly route: string | null }
  | { readonly kind: 'gateway'; readonly action: 'start' | 'stop' | 'restart' }
  | { readonly kind: 'restart-services' }
  | { readonly kind: 'sync-tokens'; readonly gatewayId: string }
  | { readonly kind: 'pause-deliveries'; readonly paused: boolean }
  | { readonly kind: 'login-item'; readonly enabled: boolean }
  | { readonly kind: 'quit' }

export type TrayItem =
  | { readonly kind: 'separator' }
  | { readonly kind: 'text'; readonly label: string }
  | { readonly kind: 'action'; readonly label: string; readonly enabled: boolean; readonly action: TrayAction }
  | { readonly kind: 'checkbox'; readonly label: string; readonly enabled: boolean; readonly checked: boolean; readonly action: TrayAction }

export interface TrayModel {
  readonly tone: Tone
  readonly tooltip: string
  readonly items: readonly TrayItem[]
}

export interface TrayInput {
  readonly services: { readonly status: SupervisorStatus; readonly reason: string | null; readonly remedy: string | null }
  readonly gateway: {
    readonly state: SupervisorStatus
    readonly reason: string | null
    readonly remedy: string | null
    readonly owned: boolean
  }
  readonly servicesState: ServicesState | null
  readonly loginItem: { readonly available: boolean; readonly enabled: boolean }
  readonly quitting: boolean
}

const longestAttentionTitle = 60
const canStart: ReadonlySet<SupervisorStatus> = new Set(['stopped', 'failed', 'backing-off'])
const canStop: ReadonlySet<SupervisorStatus> = new Set(['starting', 'running', 'degraded', 'backing-off'])
const canRestart: ReadonlySet<SupervisorStatus> = new Set(['running', 'degraded', 'failed', 'backing-off'])

const servicesEnded: ReadonlySet<SupervisorStatus> = new Set(['stopped', 'failed', 'backing-off'])

function shorten(text: string): string {
  return text.length > longestAttentionTitle ? `${text.slice(0, longestAttentionTitle - 1)}…` : text
}

function action(label: string, enabled: boolean, what: TrayAction): TrayItem {
  return { kind: 'action', label, enabled, action: what }
}

function stateLine(name: string, status: SupervisorStatus, reason: string | null): string {
  const { label, tone } = supervisorStates[status]
  return `${name}: ${label}${reason && tone !== 'good' ? ` (${shorten(reason)})` : ''}`
}

/** What to do, each with the place where all of it can be read. */
function remedies({ services, gateway }: TrayInput): TrayItem[] {
  return [
    ...(canStart.has(gateway.state) && gateway.remedy !== null ? [{ remedy: gateway.remedy, route: '/gateway' }] : []),
    ...(servicesEnded.has(services.status) && services.remedy !== null ? [{ remedy: services.remedy, route: null }] : []),
  ].map(({ remedy, route }) => action(`→ ${shorten(remedy)}`, true, { kind: 'open', route }))
}

function stateLines(input: TrayInput): string[] {
  if (input.quitting) return ['Finishing work before quitting…']
  const lines = [stateLine('Gateway', input.gateway.state, input.gateway.reason)]
  if (input.services.status !== 'running') lines.push(stateLine('Services', input.services.status, input.services.reason))
  else if (input.servicesState) lines.push(`Agents: ${input.servicesState.agents_online} of ${input.servicesState.agents_total} online`)
  return lines
}

/** The worst of the two children and of what the services report. While quitting, `busy`. */
export function trayTone(input: TrayInput): Tone {
  if (input.quitting) return 'busy'
  return worstTone([
    supervisorStates[input.gateway.state].tone,
    supervisorStates[input.services.status].tone,
    ...(input.servicesState && input.services.status === 'running' ? [input.servicesState.worst_tone] : []),
  ])
}

export function trayModel(input: TrayInput): TrayModel {
  const lines = stateLines(input)
  const state = input.servicesState
  const alive = input.services.status === 'running' && !input.quitting
  const gatewayId = state?.gateway_id ?? null
  const gateway = input.gateway.state
  // What they said before they went is old news.
  const attention = alive && state && state.attention_count > 0 ? state : null
  const paused = state?.deliveries_paused ?? false

  const items: TrayItem[] = lines.map((label) => ({ kind: 'text', label }))
  if (!input.quitting) {
    items.push(...remedies(input))
    if (servicesEnded.has(input.services.status)) items.push(action(restartLabel, true, { kind: 'restart-services' }))
  }
  items.push({ kind: 'separator' }, action('Open Mission Control', !input.quitting, { kind: 'open', route: null }))
  if (attention) {
    items.push(
      { kind: 'separator' },
      action(`Needs attention (${attention.attention_count})`, !input.quitting, { kind: 'open', route: '/' }),
    )
    for (const entry of attention.attention)
      items.push(action(`   ${shorten(entry.title)}`, !input.quitting, { kind: 'open', route: entry.link }))
  }
  items.push(
    { kind: 'separator' },
    action('Start gateway', !input.quitting && canStart.has(gateway), { kind: 'gateway', action: 'start' }),
    // A gateway that was running before us is not ours to stop.
    action('Stop gateway', !input.quitting && canStop.has(gateway) && input.gateway.owned, { kind: 'gateway', action: 'stop' }),
    action('Restart gateway', !input.quitting && canRestart.has(gateway) && (input.gateway.owned || canStart.has(gateway)), {
      kind: 'gateway',
      action: 'restart',
    }),
    action('Re-sync tokens', alive && gatewayId !== null, { kind: 'sync-tokens', gatewayId: gatewayId ?? '' }),
    action(paused ? 'Resume deliveries' : 'Pause deliveries', alive && state !== null, { kind: 'pause-deliveries', paused: !paused }),
    { kind: 'separator' },
    action('New task…', alive, { kind: 'open', route: '/boards?new=task' }),
    action('Logs', !input.quitting, { kind: 'open', route: '/logs' }),
    { kind: 'separator' },
    {
      kind: 'checkbox',
      label: 'Start at login',
      enabled: input.loginItem.available && !input.quitting,
      checked: input.loginItem.enabled,
      action: { kind: 'login-item', enabled: !input.loginItem.enabled },
    },
    action('Quit', !input.quitting, { kind: 'quit' }),
  )
  const needs = attention ? [attention.attention_count === 1 ? '1 thing needs you' : `${attention.attention_count} things need you`] : []
  return { tone: trayTone(input), tooltip: ['OpenClaw Mission Control', ...lines, ...needs].join('\n'), items }
}
