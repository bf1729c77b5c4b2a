/**
 * `templates/sync`: brings every agent's workspace to what it should be, agent by agent, as a job with progress. With `rotate_tokens`
 * each gets a new token. The job survives a restart: agents that were finished are not done again.
 */
import { syncOutcome, type SyncResult } from '../contract/entities.ts'
import { AppError } from '../contract/errors.ts'
import { GatewayError } from '../gateway/types.ts'
import { errorText } from '../platform/log.ts'
import { redact } from '../platform/redact.ts'
import type { AgentRow } from '../store/agents.ts'
import type { JobRow } from '../store/jobs.ts'
import { type LifecycleContext, recordAgentEvent } from './lifecycle-context.ts'
import type { Provisioner } from './provisioner.ts'
import type { SyncOptions } from './types.ts'
import type { Waker } from './waker.ts'
import { newToken, refreshCommand, refreshCredentials, tokenInWorkspace, verifyWorkspaceToken, writeAgentsBlock } from './workspace-sync.ts'

export interface TokenSync {
  start(gatewayId: string, options: SyncOptions): { job: JobRow; done: Promise<JobRow> }
  /** Goes on with what a restart interrupted. */
  resume(): void
  /** Ends it between two agents; those that are done stay done. */
  cancel(jobId: string): JobRow
  /** One agent: a token that differs is replaced, files of ours are brought up to date, and the result is proved. */
  mend(agentId: string): Promise<{ mended: boolean; message: string }>
  /** Resolves when the running job has reached a safe point between two agents. */
  stop(): Promise<void>
}

interface JobInput {
  gateway_id: string
  options: SyncOptions
}

type Outcome = SyncResult['agents'][number]
type Progress = Pick<Outcome, 'step' | 'outcome' | 'reason_code' | 'message' | 'token_verified'>

type Preflight = NonNullable<SyncResult['preflight']>

const preflightMs = 3000
/** Stands in the job's row, so that a restart in between ends it too. */
const cancelling = 'cancelling'

function chosen(agents: readonly AgentRow[], options: SyncOptions): AgentRow[] {
  const wanted = agents.filter((agent) => {
    if (agent.status === 'deleting') return false
    if (agent.role === 'main') return options.include_main && options.board_id === null && !options.lead_only
    if (options.lead_only && agent.role !== 'lead') return false
    return options.board_id === null || agent.board_id === options.board_id
  })
  // The main agent last, as operators know it.
  return [...wanted.filter((agent) => agent.role !== 'main'), ...wanted.filter((agent) => agent.role === 'main')]
}

const mendOptions: SyncOptions = {
  include_main: true,
  lead_only: false,
  reset_sessions: false,
  rotate_tokens: false,
  force_bootstrap: false,
  overwrite: false,
  board_id: null,
}

export function createTokenSync(context: LifecycleContext, parts: { provisioner: Provisioner; waker: Waker }): TokenSync {
  const { store, gateway, log } = context
  const running = new Map<string, Promise<JobRow>>()
  const cancelled = new Set<string>()
  let stopping = false

  /** One clear state within seconds, before any agent is touched. */
  async function preflight(): Promise<Preflight> {
    if (context.gatewayUp()) return { state: 'ok', message: null }
    if (gateway.state().failure !== 'unauthorized' && !gateway.state().unsupported)
      await gateway.whenConnected(preflightMs).catch(() => undefined)
    if (context.gatewayUp()) return { state: 'ok', message: null }
    const { failure, reason, unsupported } = gateway.state()
    const pairing = failure === 'unauthorized' && /pairing|NOT_PAIRED|device/i.test(reason ?? '')
    const state = unsupported ? 'version' : pairing ? 'pairing' : failure === 'unauthorized' ? 'auth' : 'offline'
    return {
      state,
      message: redact(
        `The gateway is not connected (${unsupported ?? reason ?? 'it is not ready'}). Workspaces on this machine were written and verified; what needs the gateway was left out.`,
      ),
    }
  }

  async function syncAgent(agentId: string, options: SyncOptions): Promise<Progress> {
    const step = (name: Outcome['step']): void => void (reached = name)
    let reached: Outcome['step'] = 'preflight'
    const fail = (reason_code: string, message: string): Progress => ({
      step: reached,
      outcome: 'failed',
      reason_code,
      message: redact(message),
      token_verified: false,
    })
    const agent = store.agents.get(agentId)
    if (!agent)
      return {
        step: reached,
        outcome: 'skipped',
        reason_code: 'not_found',
        message: 'It was removed in the meantime.',
        token_verified: false,
      }
    if (agent.token_hash === null && !options.rotate_tokens && !options.force_bootstrap) {
      return {
        step: reached,
        outcome: 'skipped',
        reason_code: 'not_provisioned',
        message: 'It has never been set up. Provision it.',
        token_verified: false,
      }
    }
    const warnings: string[] = []
    try {
      if (options.force_bootstrap) {
        if (context.gatewayUp()) await parts.provisioner.ensureInGateway(agent)
        else warnings.push('It was not created anew in the gateway, which is not connected.')
      }

      step('mint')
      const found = tokenInWorkspace(context, agent)
      const force = options.overwrite
      if (options.rotate_tokens || agent.token_hash === null) {
        const token = newToken(context, agent, { force })
        step('write')
        token.write()
        step('read_back')
        if (!token.readBack()) return fail('read_back_failed', 'What was written to its workspace could not be read back.')
        step('commit')
        token.commit()
      } else if ((found.state === 'matches' || found.state === 'matches_previous') && found.token !== null) {
        step('write')
        refreshCredentials(context, agent, found.token, { force })
        step('read_back')
      } else {
        store.write(() => store.agents.update(agent.id, { token_status: 'drifted' }))
        const what = found.state === 'missing' ? 'There is no token in its workspace' : 'The token in its workspace is not the one we know'
        return fail(
          found.state === 'missing' ? 'token_missing' : 'token_mismatch',
          `${what}. Run the sync with new tokens (rotate_tokens=true).`,
        )
      }
      refreshCommand(context, agent, { force })
      try {
        await writeAgentsBlock(context, agent, { force })
      } catch (error) {
        warnings.push(`AGENTS.md was not written: ${errorText(error)}`)
      }

      step('verify')
      const check = await verifyWorkspaceToken(context, agent)
      if (!check.ok) return fail(check.reason === 'refused' ? 'token_refused' : 'api_unreachable', check.message)

      if (options.reset_sessions) {
        try {
          await gateway.request('sessions.reset', { key: agent.openclaw_session_id, reason: 'reset' })
        } catch (error) {
          // An agent that never ran has no session: nothing to reset.
          if (!(error instanceof GatewayError && error.failure === 'rejected'))
            warnings.push(`Its session was not reset: ${errorText(error)}`)
        }
      }
      step('done')
      const message = warnings.length > 0 ? redact(warnings.join(' ')) : null
      return {
        step: 'done',
        outcome: message === null ? 'updated' : 'warning',
        reason_code: message === null ? null : 'partly',
        message,
        token_verified: true,
      }
    } catch (error) {
      return fail(error instanceof GatewayError ? `gateway_${error.failure}` : 'write_failed', errorText(error))
    }
  }

  /** Those that are not online get a wake; whoever could not be set up gets another chance. */
  function wakeAfter(agentId: string, options: SyncOptions, progress: Progress): void {
    const agent = store.agents.get(agentId)
    if (!agent || progress.outcome === 'failed' || progress.outcome === 'skipped') return
    // Asked to wake everybody: that comes at the end.
    if (options.wake && agent.status !== 'failed') return
    if (!options.rotate_tokens && !options.force_bootstrap && !options.reset_sessions) return
    if (agent.status === 'failed') parts.provisioner.begin(agent)
    else if (agent.status === 'offline' || agent.status === 'late' || agent.status === 'waking')
      parts.waker.begin(agent, { reason: 'Its workspace was synced; about to be woken.' })
  }

  function emptyResult(gatewayId: string, options: SyncOptions): SyncResult {
    return {
      gateway_id: gatewayId,
      include_main: options.include_main,
      reset_sessions: options.reset_sessions,
      agents_updated: 0,
      agents_skipped: 0,
      main_updated: false,
      errors: [],
      agents: [],
    }
  }

  async function run(jobId: string, { gateway_id: gatewayId, options }: JobInput): Promise<JobRow> {
    const started = store.jobs.get(jobId)
    const result: SyncResult = isResult(started?.result) ? started.result : emptyResult(gatewayId, options)
    const finished = new Set(result.agents.map((entry) => entry.agent_id))
    try {
      if (options.board_id !== null && store.boards.get(options.board_id)?.gateway_id !== gatewayId)
        throw new AppError('not_found', 'Board does not belong to this gateway.')
      store.write(() => store.jobs.update(jobId, { step: 'looking for the gateway' }))
      const before = await preflight()
      result.preflight = before
      if (before.message !== null && finished.size === 0)
        result.errors.push({ agent_id: null, agent_name: null, board_id: options.board_id, message: before.message })
      const agents = chosen(store.agents.all({ gateway_id: gatewayId }), options)
      store.write(() => store.jobs.update(jobId, { total: agents.length, result }))
      for (const agent of agents) {
        if (finished.has(agent.id)) continue
        // A restart goes on here: the job stays `running` in the database.
        if (stopping) return store.jobs.get(jobId) as JobRow
        if (cancelled.has(jobId)) return endCancelled(jobId, gatewayId, result)
        store.write(() => store.jobs.update(jobId, { step: agent.name }))
        const progress = await context.locks.run(agent.id, () => syncAgent(agent.id, options))
        store.write(() => {
          result.agents.push({ agent_id: agent.id, agent_name: agent.name, ...progress })
          if (progress.outcome === 'updated' || progress.outcome === 'warning') {
            if (agent.role === 'main') result.main_updated = true
            else result.agents_updated += 1
          } else if (progress.outcome === 'skipped') result.agents_skipped += 1
          if (progress.message !== null) {
            result.errors.push({ agent_id: agent.id, agent_name: agent.name, board_id: agent.board_id, message: progress.message })
            recordAgentEvent(context, agent, {
              event_type: 'gateway.templates.sync.agent',
              level: progress.outcome === 'failed' ? 'error' : 'warning',
              message: `Sync of ${agent.name}: ${progress.message}`,
              data: { step: progress.step, outcome: progress.outcome, reason_code: progress.reason_code },
            })
          }
          store.jobs.update(jobId, { done: result.agents.length, result })
          wakeAfter(agent.id, options, progress)
        })
        context.loop().poke()
      }
      const failed = result.agents.filter((entry) => entry.outcome === 'failed').length
      store.write(() => {
        if (options.wake) wakeUpdated(result)
        store.jobs.update(jobId, { state: 'succeeded', step: null, result })
        store.activity.record({
          event_type: 'gateway.templates.sync.success',
          level: failed > 0 ? 'warning' : 'info',
          message: `Sync finished: ${result.agents.length - failed} of ${result.agents.length} agents in step.`,
          gateway_id: gatewayId,
          data: { job_id: jobId, updated: result.agents_updated, skipped: result.agents_skipped, failed },
        })
      })
      log.info('gateway.templates.sync.success', {
        gateway_id: gatewayId,
        updated: result.agents_updated,
        skipped: result.agents_skipped,
        failed,
      })
    } catch (error) {
      const text = redact(errorText(error))
      store.write(() => {
        store.jobs.update(jobId, { state: 'failed', step: null, error: text, result })
        store.activity.record({
          event_type: 'gateway.templates.sync.failed',
          level: 'error',
          message: `Sync failed: ${text}`,
          gateway_id: gatewayId,
          data: { job_id: jobId },
        })
      })
      log.error('gateway.templates.sync.failed', { gateway_id: gatewayId, error: text })
    }
    return store.jobs.get(jobId) as JobRow
  }

  function endCancelled(jobId: string, gatewayId: string, result: SyncResult): JobRow {
    store.write(() => {
      store.jobs.update(jobId, { state: 'cancelled', step: null, result, error: 'It was cancelled. What was done before stays done.' })
      store.activity.record({
        event_type: 'gateway.templates.sync.cancelled',
        level: 'warning',
        message: `Sync cancelled after ${result.agents.length} agents.`,
        gateway_id: gatewayId,
        data: { job_id: jobId },
      })
    })
    log.info('gateway.templates.sync.cancelled', { gateway_id: gatewayId, agents: result.agents.length })
    return store.jobs.get(jobId) as JobRow
  }

  /** In the transaction of the job's end. */
  function wakeUpdated(result: SyncResult): void {
    for (const entry of result.agents) {
      const agent = store.agents.get(entry.agent_id)
      if (!agent || entry.outcome === 'failed' || entry.outcome === 'skipped') continue
      if (['online', 'late', 'offline', 'waking'].includes(agent.status))
        parts.waker.begin(agent, { reason: 'Its workspace was synced; about to be woken.' })
    }
  }

  function track(jobId: string, input: JobInput): Promise<JobRow> {
    const done = run(jobId, input).finally(() => {
      running.delete(input.gateway_id)
      cancelled.delete(jobId)
      context.loop().poke()
    })
    running.set(input.gateway_id, done)
    // Whoever waits gets the error; when nobody does (a store closed under us at shutdown) it must not end the process.
    done.catch((error: unknown) => log.warn('gateway.templates.sync.interrupted', { error: errorText(error) }))
    return done
  }

  return {
    start(gatewayId, options) {
      if (!store.gateways.get(gatewayId)) throw new AppError('not_found', 'There is no such gateway.')
      if (running.has(gatewayId)) throw new AppError('conflict', 'A sync of this gateway is running already. Wait for it to finish.')
      if (options.board_id !== null && store.boards.get(options.board_id)?.gateway_id !== gatewayId)
        throw new AppError('not_found', 'Board does not belong to this gateway.', { field: 'query.board_id' })
      const input: JobInput = { gateway_id: gatewayId, options }
      const jobId = store.write(() => {
        const id = store.jobs.create({
          kind: 'template_sync',
          title: options.rotate_tokens ? 'Re-sync tokens' : 'Sync agent files',
          total: chosen(store.agents.all({ gateway_id: gatewayId }), options).length,
          input,
        })
        store.activity.record({
          event_type: 'gateway.templates.sync.start',
          message: options.rotate_tokens ? 'Re-syncing the tokens of the agents.' : 'Syncing the files of the agents.',
          gateway_id: gatewayId,
          data: { job_id: id, ...options },
        })
        return id
      })
      log.info('gateway.templates.sync.start', { gateway_id: gatewayId, rotate_tokens: options.rotate_tokens })
      const done = track(jobId, input)
      return { job: store.jobs.get(jobId) as JobRow, done }
    },

    resume() {
      for (const job of store.jobs.running()) {
        if (job.kind !== 'template_sync') continue
        const input = store.jobs.input(job.id) as JobInput | undefined
        if (!input?.gateway_id || running.has(input.gateway_id)) {
          store.write(() =>
            store.jobs.update(job.id, { state: 'failed', step: null, error: 'It was interrupted by a restart. Start it again.' }),
          )
          continue
        }
        if (job.step === cancelling) {
          endCancelled(job.id, input.gateway_id, isResult(job.result) ? job.result : emptyResult(input.gateway_id, input.options))
          continue
        }
        log.info('gateway.templates.sync.resumed', { gateway_id: input.gateway_id, job_id: job.id })
        void track(job.id, input)
      }
    },

    cancel(jobId) {
      const job = store.jobs.get(jobId)
      if (!job) throw new AppError('not_found', 'There is no such job.')
      if (job.state !== 'running') throw new AppError('conflict', 'It has ended already.')
      if (job.kind !== 'template_sync') throw new AppError('conflict', 'This cannot be stopped half way; wait for it to end.')
      cancelled.add(jobId)
      store.write(() => store.jobs.update(jobId, { step: cancelling }))
      return store.jobs.get(jobId) as JobRow
    },

    async mend(agentId) {
      const agent = store.agents.get(agentId)
      if (!agent) throw new AppError('not_found', 'There is no such agent.')
      const { state } = tokenInWorkspace(context, agent)
      const options = { ...mendOptions, rotate_tokens: state !== 'matches' && state !== 'matches_previous' }
      const progress = await context.locks.run(agentId, () => syncAgent(agentId, options))
      const mended = progress.outcome === 'updated' || progress.outcome === 'warning'
      const message =
        progress.message ??
        (options.rotate_tokens ? `${agent.name} has a new token, and it works.` : `The files of ${agent.name} are in step.`)
      store.write(() => {
        recordAgentEvent(context, agent, {
          event_type: mended ? 'agent.token.mended' : 'agent.token.mend_failed',
          level: mended ? 'info' : 'error',
          message: mended
            ? `The credentials of ${agent.name} were mended.`
            : `The credentials of ${agent.name} were not mended: ${message}`,
          data: { step: progress.step, outcome: progress.outcome, reason_code: progress.reason_code },
        })
        wakeAfter(agentId, options, progress)
      })
      context.loop().poke()
      return { mended, message }
    },

    async stop() {
      stopping = true
      await Promise.allSettled(running.values())
    },
  }
}

function isResult(value: unknown): value is SyncResult {
  return (
    typeof value === 'object' &&
    value !== null &&
    Array.isArray((value as SyncResult).agents) &&
    (value as SyncResult).agents.every((entry) => syncOutcome.safeParse(entry).success)
  )
}
