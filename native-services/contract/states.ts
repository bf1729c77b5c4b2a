/**
 * The one table of states: label, colour, icon and sentence. Renderer, tray and command line read it,
 * so that a state is called the same everywhere and never shows without a reason and a remedy.
 */

/** Ordered from best to worst: the tray shows the worst. Each maps to one colour in the renderer's theme. */
export const tones = ['idle', 'good', 'busy', 'warning', 'bad'] as const
export type Tone = (typeof tones)[number]

export interface StateWords {
  readonly label: string
  readonly tone: Tone
  /** Name of a lucide icon. */
  readonly icon: string
  /** What it means, for a person. */
  readonly sentence: string
  /** What to do about it; absent where nothing needs doing. */
  readonly remedy?: string
}

export const agentStatuses = ['provisioning', 'waking', 'online', 'late', 'offline', 'failed', 'paused', 'deleting'] as const
export type AgentStatus = (typeof agentStatuses)[number]

export const agentStates: Readonly<Record<AgentStatus, StateWords>> = {
  provisioning: { label: 'Provisioning', tone: 'busy', icon: 'hammer', sentence: 'Its workspace and credentials are being written.' },
  waking: { label: 'Waking', tone: 'busy', icon: 'alarm-clock', sentence: 'It was woken and has not checked in yet.' },
  online: { label: 'Online', tone: 'good', icon: 'circle-check', sentence: 'It checked in with its own token.' },
  late: { label: 'Late', tone: 'warning', icon: 'clock-alert', sentence: 'It missed its last check-in.', remedy: 'Wake it.' },
  offline: {
    label: 'Offline',
    tone: 'bad',
    icon: 'circle-off',
    sentence: 'It does not answer wakes.',
    remedy: 'Read the reason, re-sync its token, wake it.',
  },
  failed: {
    label: 'Failed',
    tone: 'bad',
    icon: 'circle-x',
    sentence: 'It could not be set up.',
    remedy: 'Read the error and provision it again.',
  },
  paused: { label: 'Paused', tone: 'idle', icon: 'circle-pause', sentence: 'It is paused: no wakes, no deliveries.', remedy: 'Resume it.' },
  deleting: { label: 'Deleting', tone: 'idle', icon: 'trash-2', sentence: 'It is being removed from the gateway.' },
}

/** States of the supervisor, for each child it looks after. */
export const supervisorStatuses = ['stopped', 'starting', 'running', 'degraded', 'backing-off', 'failed', 'stopping', 'adopted'] as const
export type SupervisorStatus = (typeof supervisorStatuses)[number]

export const supervisorStates: Readonly<Record<SupervisorStatus, StateWords>> = {
  stopped: { label: 'Stopped', tone: 'idle', icon: 'circle-stop', sentence: 'It is not running.', remedy: 'Start it.' },
  starting: { label: 'Starting', tone: 'busy', icon: 'loader', sentence: 'It was started and is not ready yet.' },
  running: { label: 'Running', tone: 'good', icon: 'circle-check', sentence: 'It answers authenticated requests.' },
  degraded: {
    label: 'Degraded',
    tone: 'warning',
    icon: 'triangle-alert',
    sentence: 'It runs but does not answer as it should.',
    remedy: 'Restart it if this lasts.',
  },
  'backing-off': { label: 'Restarting soon', tone: 'warning', icon: 'timer-reset', sentence: 'It exited and will be started again.' },
  failed: {
    label: 'Failed',
    tone: 'bad',
    icon: 'circle-x',
    sentence: 'It cannot run as things are.',
    remedy: 'Read the reason, mend it, start again.',
  },
  stopping: { label: 'Stopping', tone: 'busy', icon: 'loader', sentence: 'It is finishing its work.' },
  adopted: { label: 'Running (not ours)', tone: 'good', icon: 'link', sentence: 'It was already running; we use it and will not stop it.' },
}

export const taskStatuses = ['inbox', 'assigned', 'in_progress', 'review', 'blocked', 'done', 'archived'] as const
export type TaskStatus = (typeof taskStatuses)[number]

export const taskStates: Readonly<Record<TaskStatus, StateWords>> = {
  inbox: { label: 'Inbox', tone: 'idle', icon: 'inbox', sentence: 'Nobody has it yet.' },
  assigned: { label: 'Assigned', tone: 'idle', icon: 'user-check', sentence: 'Somebody has it and has not started.' },
  in_progress: { label: 'In progress', tone: 'busy', icon: 'circle-dot', sentence: 'It is being worked on.' },
  review: { label: 'Review', tone: 'warning', icon: 'eye', sentence: 'It waits for a look.' },
  blocked: { label: 'Blocked', tone: 'bad', icon: 'octagon-alert', sentence: 'It cannot go on.', remedy: 'Read the reason and clear it.' },
  done: { label: 'Done', tone: 'good', icon: 'circle-check', sentence: 'It is finished.' },
  archived: { label: 'Archived', tone: 'idle', icon: 'archive', sentence: 'It is kept out of sight.' },
}

/** `queued` waits (see `next_attempt_at`), `leased` is being sent, the other three are final. */
export const deliveryStatuses = ['queued', 'leased', 'delivered', 'skipped', 'dead'] as const
export type DeliveryStatus = (typeof deliveryStatuses)[number]

export const deliveryStates: Readonly<Record<DeliveryStatus, StateWords>> = {
  queued: { label: 'Queued', tone: 'busy', icon: 'hourglass', sentence: 'It waits for its turn or its next try.' },
  leased: { label: 'Sending', tone: 'busy', icon: 'send', sentence: 'The agent is working on it.' },
  delivered: { label: 'Delivered', tone: 'good', icon: 'check-check', sentence: 'The agent took it.' },
  skipped: { label: 'Skipped', tone: 'idle', icon: 'circle-slash', sentence: 'It was no longer worth sending.' },
  dead: {
    label: 'Failed',
    tone: 'bad',
    icon: 'circle-x',
    sentence: 'It could not be delivered.',
    remedy: 'Read the error and send it again.',
  },
}

export const tokenStatuses = ['in_sync', 'drifted', 'unverified'] as const
export type TokenStatus = (typeof tokenStatuses)[number]

export const tokenStates: Readonly<Record<TokenStatus, StateWords>> = {
  in_sync: { label: 'In sync', tone: 'good', icon: 'key-round', sentence: 'The token in its workspace is the one we know.' },
  drifted: {
    label: 'Drifted',
    tone: 'bad',
    icon: 'key-square',
    sentence: 'The token in its workspace is not the one we know.',
    remedy: 'Re-sync its token.',
  },
  unverified: { label: 'Unverified', tone: 'idle', icon: 'key-round', sentence: 'Its token has not been compared yet.' },
}

/** The worst of several tones; `idle` for none. */
export function worstTone(list: readonly Tone[]): Tone {
  return list.reduce<Tone>((worst, tone) => (tones.indexOf(tone) > tones.indexOf(worst) ? tone : worst), 'idle')
}
