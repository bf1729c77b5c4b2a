/** The one writer of an agent's life: provisioning, wakes, check-ins, tokens. The parts do the work; this is how others reach them. */
import { AppError } from '../contract/errors.ts'
import { parseEvery } from '../domain/agent-interval.ts'
import { agentNames } from '../domain/agent-names.ts'
import { checkedIn } from '../domain/agent-status.ts'
import { createAgentFiles } from '../gateway/agent-files.ts'
import type { GatewayConnection } from '../gateway/types.ts'
import type { Clock } from '../platform/clock.ts'
import { createId } from '../platform/ids.ts'
import type { Log } from '../platform/log.ts'
import { registerSecret } from '../platform/redact.ts'
import type { AgentRow } from '../store/agents.ts'
import type { Store } from '../store/store.ts'
import { createAgentAuth } from './agent-auth.ts'
import { createAgentDocuments } from './agent-documents.ts'
import { createAgentImport } from './agent-import.ts'
import { createAgentRemoval } from './agent-removal.ts'
import { createAgentTokens } from './agent-token.ts'
import type { GatewayCredential } from './credential-report.ts'
import { createDriftWatch } from './drift-watch.ts'
import { createGatewayPresence } from './gateway-presence.ts'
import { createKeyedLock } from './keyed-lock.ts'
import { type LifecycleContext, recordAgentEvent, timerKinds } from './lifecycle-context.ts'
import { createProvisioner } from './provisioner.ts'
import { createTimerLoop, type TimerLoop } from './timer-loop.ts'
import { createTokenSync } from './token-sync.ts'
import type { AgentLifecycle } from './types.ts'
import { type CheckToken, checkTokenByHttp } from './verify-token.ts'
import { watchBoards } from './watch-boards.ts'
import { createWaker } from './waker.ts'

export interface LifecycleDeps {
  store: Store
  clock: Clock
  log: Log
  gateway: GatewayConnection
  /** Where agents reach our API, e.g. `http://127.0.0.1:8642`. */
  baseUrl: () => string
  installKey: string
  /** The folder that holds `agent/`. */
  resourcesDir: string
  gatewayId: () => string
  /** What the host says of the gateway; the connection is asked as well. */
  gatewayReady: () => boolean
  /** Where the gateway's own token stands; `reread` takes what its configuration says. */
  gatewayCredential?: GatewayCredential & { reread(): Promise<{ ok: boolean; message: string | null }> }
  random?: () => number
  checkToken?: CheckToken
}

const touchEveryMs = 30_000
const heartbeatActivityMs = 600_000

export function createAgentLifecycle(deps: LifecycleDeps): AgentLifecycle {
  const { store, clock, gateway } = deps
  const log = deps.log.scope('lifecycle')
  const tokens = createAgentTokens(deps.installKey)
  registerSecret(deps.installKey)
  const auth = createAgentAuth({ store, log, tokens, checkToken: deps.checkToken ?? checkTokenByHttp })
  const lastHeartbeatActivity = new Map<string, number>()
  let unsubscribe: (() => void)[] = []

  const context: LifecycleContext = {
    store,
    clock,
    log,
    gateway,
    files: createAgentFiles(gateway),
    tokens,
    locks: createKeyedLock(),
    loop: () => loop,
    random: deps.random ?? Math.random,
    baseUrl: deps.baseUrl,
    resourcesDir: deps.resourcesDir,
    checkToken: auth.checkToken,
    gatewayUp: () => gateway.state().connected && deps.gatewayReady(),
  }
  const provisioner = createProvisioner(context)
  const waker = createWaker(context, provisioner)
  const presence = createGatewayPresence(context, { provisioner, waker, gatewayId: deps.gatewayId })
  const sync = createTokenSync(context, { provisioner, waker })
  const drift = createDriftWatch(context, {
    gatewayId: deps.gatewayId,
    gatewayCredential: deps.gatewayCredential,
    mend: (agentId) => sync.mend(agentId),
  })
  const removal = createAgentRemoval(context, {
    heal,
    forget(agentId) {
      auth.forget(agentId)
      lastHeartbeatActivity.delete(agentId)
    },
  })
  const loop: TimerLoop = createTimerLoop({
    store,
    clock,
    log,
    random: context.random,
    handlers: {
      [timerKinds.provision]: (timer) => provisioner.onDue(timer),
      [timerKinds.refresh]: (timer) => provisioner.onRefreshDue(timer),
      [timerKinds.wake]: (timer) => waker.onWakeDue(timer),
      [timerKinds.remove]: (timer) => removal.onDue(timer),
      [timerKinds.gatewayAbsence]: (timer) => presence.onAbsenceDue(timer),
    },
    quick: {
      [timerKinds.reconcile]: (timer) => waker.onReconcileDue(timer),
      [timerKinds.silence]: (timer) => waker.onSilenceDue(timer),
    },
  })

  function get(agentId: string): AgentRow {
    const agent = store.agents.get(agentId)
    if (!agent) throw new AppError('not_found', 'There is no such agent.')
    return agent
  }

  /** A change in one transaction; then the timers are looked at. */
  function change(agentId: string, work: (agent: AgentRow) => void): AgentRow {
    const after = store.write(() => {
      work(get(agentId))
      return get(agentId)
    })
    loop.poke()
    return after
  }

  function refuseWhenLeaving(agent: AgentRow): void {
    if (agent.status === 'deleting') throw new AppError('conflict', `${agent.name} is being removed.`)
  }

  /** Brings rows and timers together again, whatever instant the last run ended in. */
  function heal(): void {
    store.write(() => {
      for (const agent of store.agents.all()) {
        const has = (kind: string): boolean => store.timers.get(kind, agent.id) !== undefined
        const set = (kind: string): void =>
          store.timers.set({ kind, subject_id: agent.id, due_at: clock.now(), generation: agent.lifecycle_generation })
        if (agent.status === 'provisioning' && !has(timerKinds.provision)) set(timerKinds.provision)
        if (agent.status === 'waking' && !has(timerKinds.wake) && !has(timerKinds.reconcile)) set(timerKinds.wake)
        if ((agent.status === 'online' || agent.status === 'late') && !has(timerKinds.silence)) set(timerKinds.silence)
        if (agent.status === 'deleting' && !has(timerKinds.remove)) set(timerKinds.remove)
      }
    })
  }

  const lifecycle: AgentLifecycle = {
    documents: createAgentDocuments(context),
    imports: createAgentImport(context, {
      create: (input) => lifecycle.create(input),
      provision: (agentId) => lifecycle.provision(agentId),
    }),

    start() {
      heal()
      // A removal that was under way when the last process ended: nobody else takes it up.
      store.write(() => {
        for (const agent of store.agents.all())
          if (agent.status === 'deleting')
            store.timers.set({
              kind: timerKinds.remove,
              subject_id: agent.id,
              due_at: clock.now(),
              generation: agent.lifecycle_generation,
            })
      })
      unsubscribe = [
        gateway.onState((state) => presence.onState(state)),
        gateway.onEvent((event) => waker.onGatewayEvent(event)),
        watchBoards(context),
      ]
      loop.start()
      presence.onState(gateway.state())
      drift.start()
      sync.resume()
    },

    async stop(deadlineAt) {
      for (const undo of unsubscribe) undo()
      unsubscribe = []
      drift.stop()
      await Promise.all([
        loop.stop(deadlineAt),
        Promise.race([sync.stop(), new Promise<void>((resolve) => void clock.setTimer(Math.max(0, deadlineAt - clock.now()), resolve))]),
      ])
    },

    create(input) {
      const gatewayRow = store.gateways.get(input.gateway_id)
      if (!gatewayRow) throw new AppError('not_found', 'There is no such gateway.', { field: 'body.gateway_id' })
      const board = input.board_id === null ? null : store.boards.get(input.board_id)
      if (board === undefined || (board && board.gateway_id !== input.gateway_id))
        throw new AppError('not_found', 'There is no such board on this gateway.', { field: 'body.board_id' })
      if (input.role === 'main' && board)
        throw new AppError('invalid_request', 'The main agent belongs to no board.', { field: 'body.board_id' })
      if (input.role !== 'main' && !board)
        throw new AppError('invalid_request', 'Say which board the agent works on.', { field: 'body.board_id' })
      const everyMs = parseEvery(input.heartbeat_config.every)
      return store.write(() => {
        if (store.agents.nameTaken({ gateway_id: input.gateway_id, board_id: input.board_id, name: input.name }))
          throw new AppError('conflict', `There is an agent named ${input.name} already.`, { field: 'body.name' })
        if (input.role === 'lead' && input.board_id !== null && store.agents.lead(input.board_id))
          throw new AppError('conflict', 'This board has a lead already.', { field: 'body.role' })
        if (input.role === 'main' && store.agents.main(input.gateway_id))
          throw new AppError('conflict', 'This gateway has its main agent already.', { field: 'body.role' })
        if (
          board &&
          input.role === 'worker' &&
          store.agents.all({ board_id: board.id }).filter((agent) => agent.role === 'worker').length >= board.max_agents
        )
          throw new AppError('conflict', `This board takes at most ${board.max_agents} worker agents.`)
        const id = createId(clock.now())
        const { existing, ...fields } = input
        if (existing && store.agents.byGatewayAgentId(input.gateway_id, existing.gateway_agent_id))
          throw new AppError('conflict', `${existing.gateway_agent_id} is here already.`)
        const names = {
          id,
          role: input.role,
          gateway_id: input.gateway_id,
          board_id: input.board_id,
          workspace_root: gatewayRow.workspace_root,
        }
        const agent = store.agents.create({
          id,
          ...fields,
          ...(existing ?? agentNames(names)),
          imported: existing !== undefined,
          status: 'paused',
          status_reason: 'It has not been set up yet. Provision it.',
          heartbeat_every_ms: everyMs,
        })
        recordAgentEvent(context, agent, {
          event_type: 'agent.created',
          message: `${agent.name} was ${existing ? 'imported from the gateway' : 'created'}.`,
        })
        return agent
      })
    },

    provision: (agentId) =>
      change(agentId, (agent) => {
        refuseWhenLeaving(agent)
        provisioner.begin(agent)
      }),

    wake: (agentId) =>
      change(agentId, (agent) => {
        refuseWhenLeaving(agent)
        if (agent.status === 'paused') throw new AppError('conflict', `${agent.name} is paused. Resume it first.`, { fix: 'resume_agent' })
        // Without a workspace and a token there is nobody to wake.
        if (agent.token_hash === null || agent.status === 'failed') provisioner.begin(agent)
        else if (agent.status !== 'provisioning') waker.begin(agent, { reason: 'About to be woken.' })
      }),

    checkIn: (agentId) =>
      change(agentId, (agent) => {
        const now = clock.now()
        const patch = checkedIn(agent, now)
        const byCurrent = !auth.usedPrevious(agentId)
        store.agents.update(agentId, { ...patch, ...(byCurrent && { token_status: 'in_sync' as const, token_verified_at: now }) })
        const answered = store.heartbeats.seen(agentId)
        if (patch.status === 'online') {
          // The deadline's row stays: at its time it finds the agent not stuck, and says so.
          store.timers.clear(timerKinds.wake, agentId)
          waker.watchSilence(agent)
        }
        const turned = patch.status !== undefined && patch.status !== agent.status
        const told = lastHeartbeatActivity.get(agentId) ?? 0
        if (turned || now - told >= heartbeatActivityMs) {
          lastHeartbeatActivity.set(agentId, now)
          recordAgentEvent(context, agent, {
            event_type: 'agent.heartbeat',
            message: turned ? `${agent.name} checked in and is online.` : `${agent.name} checked in.`,
            data: { from: agent.status, beats: answered },
          })
        }
        log.info('agent.heartbeat', { agent_id: agentId, status: patch.status ?? agent.status })
      }),

    touch(agentId) {
      const agent = store.agents.get(agentId)
      if (!agent || auth.isTrial(agentId)) return
      const now = clock.now()
      if (agent.last_seen_at !== null && now - agent.last_seen_at < touchEveryMs) return
      store.write(() => store.agents.update(agentId, { last_seen_at: now }))
    },

    pause: (agentId) =>
      change(agentId, (agent) => {
        refuseWhenLeaving(agent)
        if (agent.status === 'paused') return
        for (const kind of [timerKinds.provision, timerKinds.wake, timerKinds.reconcile, timerKinds.silence])
          store.timers.clear(kind, agentId)
        store.agents.update(agentId, {
          status: 'paused',
          status_reason: 'Paused by a person.',
          lifecycle_generation: agent.lifecycle_generation + 1,
          checkin_deadline_at: null,
          wake_attempts: 0,
          provision_step: null,
        })
        recordAgentEvent(context, agent, { event_type: 'agent.paused', message: `${agent.name} was paused.` })
      }),

    resume: (agentId) =>
      change(agentId, (agent) => {
        refuseWhenLeaving(agent)
        if (agent.status !== 'paused') return
        recordAgentEvent(context, agent, { event_type: 'agent.resumed', message: `${agent.name} was resumed.` })
        if (agent.token_hash === null) provisioner.begin(agent)
        else waker.begin(agent, { reason: 'Resumed; about to be woken.' })
      }),

    rename: (agentId, patch) =>
      change(agentId, (agent) => {
        refuseWhenLeaving(agent)
        if (
          patch.name !== undefined &&
          store.agents.nameTaken({ gateway_id: agent.gateway_id, board_id: agent.board_id, name: patch.name, except: agentId })
        )
          throw new AppError('conflict', `There is an agent named ${patch.name} already.`, { field: 'body.name' })
        const everyMs = patch.heartbeat_config && parseEvery(patch.heartbeat_config.every)
        store.agents.update(agentId, { ...patch, ...(everyMs !== undefined && { heartbeat_every_ms: everyMs }) })
        if (everyMs !== undefined && (agent.status === 'online' || agent.status === 'late')) waker.watchSilence(get(agentId))
        if (agent.token_hash !== null && (patch.name !== undefined || patch.identity_profile !== undefined))
          store.timers.set({ kind: timerKinds.refresh, subject_id: agentId, due_at: clock.now() })
      }),

    async remove(agentId) {
      const agent = get(agentId)
      refuseWhenLeaving(agent)
      await removal.remove(agent)
    },

    authenticate: (token) => auth.authenticate(token),

    sync: (gatewayId, options) => sync.start(gatewayId, options),

    credentials: {
      report: (gatewayId) => drift.report(gatewayId),
      cancelJob: (jobId) => sync.cancel(jobId),
      async mend(subject) {
        if (subject !== 'gateway') return sync.mend(get(subject).id)
        const outcome = await deps.gatewayCredential?.reread()
        if (!outcome) throw new AppError('gateway_unavailable', 'There is no host here that knows the configuration.')
        drift.check()
        return { mended: outcome.ok, message: outcome.message ?? 'The token was taken from the configuration file.' }
      },
    },

    stats: () => loop.stats(),
  }
  return lifecycle
}
