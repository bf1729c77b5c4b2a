/** Switching to another version of OpenClaw as a job. The host does it; what it says at every step is kept here, and the end is told. */
import { AppError } from '../contract/errors.ts'
import type { RuntimeSwitchState } from '../contract/gateway-config.ts'
import type { JobRow } from '../store/jobs.ts'
import type { Store } from '../store/store.ts'
import type { LiveState } from './live-state.ts'

const names: Readonly<Record<RuntimeSwitchState['steps'][number]['step'], string>> = {
  preflight: 'Checking before anything is changed',
  snapshot: 'Making a restore point',
  stop: 'Stopping the gateway',
  switch: 'Switching',
  start: 'Starting the gateway',
  verify: 'Verifying',
  roll_back: 'Rolling back',
}
const stepsInAll = 6

/** Throws `conflict` when the host refuses to begin. */
export async function startRuntimeSwitch({ store, live }: { store: Store; live: LiveState }, target: string): Promise<JobRow> {
  if (store.jobs.running().some((job) => job.kind === 'runtime_switch' || job.kind === 'runtime_install'))
    throw new AppError('conflict', 'OpenClaw is being installed or switched already. Wait until that is done.')
  const id = store.write(() =>
    store.jobs.create({
      kind: 'runtime_switch',
      title: `Switch OpenClaw to ${/^openclaw-(.+)-[0-9a-f]{6}$/.exec(target)?.[1] ?? 'another version'}`,
      total: stepsInAll,
      input: { target },
    }),
  )
  try {
    const answer = await live.command({ action: 'switch-runtime', id: target, job_id: id })
    if (!answer.ok) throw new AppError('conflict', answer.message ?? 'The version cannot be switched now.')
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    store.write(() => store.jobs.update(id, { state: 'failed', step: null, error: message }))
    throw error
  }
  return store.jobs.get(id) as JobRow
}

/** @param state Null: the host knows of none, so that one that was thought to run was lost with the host. */
export function followRuntimeSwitch(store: Store, state: RuntimeSwitchState | null): void {
  for (const job of store.jobs.running()) {
    if (job.kind !== 'runtime_switch') continue
    if (job.id !== state?.job_id) {
      store.write(() =>
        store.jobs.update(job.id, {
          state: 'cancelled',
          step: null,
          error: 'The control center was restarted before anything was switched.',
        }),
      )
      continue
    }
    follow(store, job, state)
  }
}

function follow(store: Store, job: JobRow, { job_id: _, ...state }: RuntimeSwitchState): void {
  const last = state.steps.at(-1)
  store.write(() => {
    if (state.outcome === 'running') {
      store.jobs.update(job.id, {
        step: last ? names[last.step] : null,
        done: Math.min(stepsInAll, state.steps.filter((step) => step.outcome !== 'running').length),
        result: state,
      })
      return
    }
    const worked = state.outcome === 'switched'
    store.jobs.update(job.id, {
      state: worked ? 'succeeded' : 'failed',
      step: null,
      done: stepsInAll,
      result: state,
      error: worked ? null : state.message,
    })
    store.activity.record({
      event_type: worked ? 'runtime.switched' : `runtime.switch_${state.outcome}`,
      message: state.message,
      level: worked ? 'info' : state.outcome === 'failed' ? 'error' : 'warning',
      gateway_id: store.gateways.local()?.id ?? null,
      data: { from: state.from, to: state.to, job_id: job.id, steps: state.steps.map((step) => `${step.step}:${step.outcome}`) },
    })
  })
}
