/**
 * Changes to another version of OpenClaw and, when it does not work, back: the program and its configuration. What is under way stands
 * in a file, so that a host that is killed in the middle puts the old version back at its next start. Nothing is deleted.
 */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { LinkedRuntimeVersion, RuntimeSwitchState } from '../contract/gateway-config.ts'
import { type ManagedPointer, readManagedPointer } from '../openclaw/find.ts'
import { managedPointers, pointTo } from '../openclaw/runtime-versions.ts'
import type { Verdict } from '../openclaw/verify-gateway.ts'
import { readJsonFile, writeFileAtomic, writeJsonFile } from '../platform/atomic-file.ts'
import { configSnapshotsFolder, createConfigSnapshots } from '../platform/config-snapshots.ts'
import { errorText, type Log } from '../platform/log.ts'
import { redact } from '../platform/redact.ts'

type Step = RuntimeSwitchState['steps'][number]

interface Pending {
  job_id: string
  from_version: string | null
  to_version: string
  from: ManagedPointer | null
  config_snapshot: string | null
  /** From here on the new version counts. */
  verified: boolean
}

export interface RuntimeSwitch {
  readonly running: boolean
  /** The one that runs, or the last one since the start of the host. */
  readonly state: RuntimeSwitchState | null
  /** What a host that was killed left half done is put back. True when there was something. To be called before anything is started. */
  recover(): boolean
  /** Resolves when it is decided how it ended. `job_id` is given back in every state. */
  run(target: LinkedRuntimeVersion, jobId: string): Promise<RuntimeSwitchState>
}

const neededBytes = 300 * 1024 * 1024
const mostStateFiles = 5000

export function createRuntimeSwitch(options: {
  runtimeDir: string
  markerFile: string
  configFile: string
  stateDir: string
  backups: string
  now: () => number
  log: Log
  gateway: {
    /** It is up, or meant to be. */
    wanted(): boolean
    stop(): Promise<void>
    start(): Promise<{ ok: boolean; reason: string | null }>
    verify(version: string | null): Promise<Verdict>
  }
  /** Which version counts may have changed: look again. Answers what was found. */
  refresh(): Promise<{ version: string | null; problem: string | null }>
  /** The Node of this version, and whether its own `engines` accept it. */
  checkNode(target: LinkedRuntimeVersion): Promise<{ ok: boolean; message: string }>
  validate(target: LinkedRuntimeVersion): Promise<{ ok: boolean; output: string } | null>
  freeBytes(): Promise<number | null>
  onState(state: RuntimeSwitchState): void
}): RuntimeSwitch {
  const { runtimeDir, markerFile, configFile, gateway, now, log } = options
  const snapshots = createConfigSnapshots(configSnapshotsFolder(options.backups))
  let state: RuntimeSwitchState | null = null
  let running = false

  function tell(patch: Partial<RuntimeSwitchState>): void {
    if (!state) return
    state = { ...state, ...patch }
    options.onState(state)
  }
  function step(name: Step['step'], outcome: Step['outcome'], message: string | null = null): void {
    const steps = (state?.steps ?? []).filter((each) => !(each.step === name && each.outcome === 'running'))
    log.info('switch.step', { step: name, outcome })
    tell({ steps: [...steps, { step: name, outcome, message: message === null ? null : redact(message), at: now() }] })
  }

  function putConfigBack(id: string | null): boolean {
    const kept = id === null ? null : snapshots.get(id)
    if (!kept) return false
    const present = existsSync(configFile) ? readFileSync(configFile, 'utf8') : null
    if (present === kept.text) return false
    writeFileAtomic(configFile, kept.text)
    return true
  }

  /** What lies in the state folder, for whoever has to find out later what a version changed. No contents. */
  function rememberState(jobId: string, more: object): void {
    const folder = path.join(options.backups, 'runtime-switch')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const files = existsSync(options.stateDir)
      ? readdirSync(options.stateDir, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .slice(0, mostStateFiles)
          .flatMap((entry) => {
            const file = path.join(entry.parentPath, entry.name)
            try {
              const { size, mtimeMs } = statSync(file)
              return [{ file: path.relative(options.stateDir, file), size, modified_at: Math.round(mtimeMs) }]
            } catch {
              // Gone in between.
              return []
            }
          })
      : []
    writeJsonFile(path.join(folder, `${jobId}.json`), { ...more, at: now(), files })
  }

  async function preflight(target: LinkedRuntimeVersion): Promise<string | null> {
    if (target.problem !== null) return target.problem
    const node = await options.checkNode(target)
    if (!node.ok) return node.message
    const free = await options.freeBytes()
    if (free !== null && free < neededBytes)
      return `Only ${Math.round(free / 1024 / 1024)} MB are free; ${neededBytes / 1024 / 1024} MB are wanted.`
    if (existsSync(configFile)) {
      const verdict = await options.validate(target)
      if (verdict === null) return 'This version could not be run to check the configuration.'
      if (!verdict.ok) return `It does not accept the configuration: ${verdict.output}`
    }
    return null
  }

  async function startAndVerify(version: string | null): Promise<Verdict> {
    step('start', 'running')
    const started = await gateway.start()
    if (!started.ok) {
      step('start', 'failed', started.reason)
      return { ok: false, message: started.reason ?? 'It did not start.' }
    }
    step('start', 'done')
    step('verify', 'running')
    const verdict = await gateway.verify(version)
    step('verify', verdict.ok ? 'done' : 'failed', verdict.message)
    return verdict
  }

  async function rollBack(pending: Pending, why: string, restart: boolean): Promise<void> {
    step('roll_back', 'running', why)
    try {
      await gateway.stop()
      pointTo(runtimeDir, pending.from)
      const config = putConfigBack(pending.config_snapshot)
      const found = await options.refresh()
      const started = restart ? await gateway.start() : { ok: true, reason: null }
      const verdict = restart && started.ok ? await gateway.verify(found.version) : null
      const works = started.ok && verdict?.ok !== false
      const old = found.version ?? pending.from_version ?? 'the old version'
      step(
        'roll_back',
        works ? 'done' : 'failed',
        works
          ? `${old} is in use again${config ? ', with the configuration from before' : ''}.`
          : `${old} is in use again and does not come up: ${started.reason ?? verdict?.message ?? ''}`,
      )
      tell({
        outcome: works ? 'rolled_back' : 'failed',
        message: works
          ? `${pending.to_version} did not work, so ${old} is in use again. ${redact(why)}`
          : `${pending.to_version} did not work, and ${old} does not come up either. Look at the last lines of the gateway. ${redact(why)}`,
      })
    } catch (error) {
      step('roll_back', 'failed', errorText(error))
      tell({ outcome: 'failed', message: `The old version could not be put back: ${redact(errorText(error))}` })
    }
    rmSync(markerFile, { force: true })
  }

  async function perform(target: LinkedRuntimeVersion, jobId: string): Promise<void> {
    step('preflight', 'running')
    const problem = await preflight(target)
    if (problem !== null) {
      step('preflight', 'failed', problem)
      return tell({ outcome: 'refused', message: `Nothing was changed. ${redact(problem)}` })
    }
    step('preflight', 'done')

    const to = target.source === 'managed' ? (managedPointers(runtimeDir).find((each) => each.openclaw === target.id) ?? null) : null
    const wanted = gateway.wanted()
    const pending: Pending = {
      job_id: jobId,
      from_version: state?.from ?? null,
      to_version: target.version ?? target.id,
      from: readManagedPointer(runtimeDir),
      config_snapshot: null,
      verified: false,
    }
    try {
      step('snapshot', 'running')
      if (existsSync(configFile))
        pending.config_snapshot = snapshots.add(
          {
            reason: `Before OpenClaw ${pending.to_version}`,
            valid: true,
            openclaw_version: pending.from_version,
            text: readFileSync(configFile, 'utf8'),
          },
          now(),
        ).id
      rememberState(jobId, { from: pending.from_version, to: pending.to_version, config_snapshot: pending.config_snapshot })
      writeJsonFile(markerFile, pending)
      step('snapshot', 'done')
    } catch (error) {
      rmSync(markerFile, { force: true })
      step('snapshot', 'failed', errorText(error))
      return tell({ outcome: 'refused', message: `Nothing was changed: there is no restore point. ${redact(errorText(error))}` })
    }

    try {
      step('stop', 'running')
      await gateway.stop()
      step('stop', wanted ? 'done' : 'skipped', wanted ? null : 'It was not running.')
      step('switch', 'running')
      pointTo(runtimeDir, to)
      const found = await options.refresh()
      if (found.problem !== null) throw new Error(found.problem)
      step('switch', 'done', found.version)
      const verdict = await startAndVerify(target.version)
      if (!verdict.ok) return await rollBack(pending, verdict.message, wanted)
      writeJsonFile(markerFile, { ...pending, verified: true } satisfies Pending)
      // It was only started to see whether it works.
      if (!wanted) await gateway.stop()
      rmSync(markerFile, { force: true })
      tell({ outcome: 'switched', message: `OpenClaw ${pending.to_version} is in use. ${verdict.message}` })
    } catch (error) {
      await rollBack(pending, errorText(error), wanted)
    }
  }

  return {
    get running() {
      return running
    },
    get state() {
      return state
    },
    recover() {
      let pending: Pending | null = null
      try {
        pending = readJsonFile(markerFile) as Pending | null
      } catch (error) {
        log.warn('switch.marker_unreadable', { error: errorText(error) })
        rmSync(markerFile, { force: true })
      }
      if (!pending) return false
      state = {
        job_id: pending.job_id,
        from: pending.from_version,
        to: pending.to_version,
        outcome: 'running',
        message: '',
        steps: [],
      }
      if (pending.verified)
        tell({
          outcome: 'switched',
          message: `OpenClaw ${pending.to_version} is in use; Mission Control ended just after it was verified.`,
        })
      else {
        pointTo(runtimeDir, pending.from)
        const config = putConfigBack(pending.config_snapshot)
        const old = pending.from_version ?? 'the version from before'
        step('roll_back', 'done', `${old} is in use again${config ? ', with the configuration from before' : ''}.`)
        tell({
          outcome: 'rolled_back',
          message: `Mission Control ended in the middle of the switch to ${pending.to_version}, so ${old} is in use again.`,
        })
      }
      rmSync(markerFile, { force: true })
      log.warn('switch.recovered', { to: pending.to_version, verified: pending.verified })
      return true
    },
    async run(target, jobId) {
      running = true
      state = { job_id: jobId, from: null, to: target.version ?? target.id, outcome: 'running', message: 'Under way.', steps: [] }
      try {
        const before = await options.refresh()
        tell({ from: before.version })
        await perform(target, jobId)
      } catch (error) {
        tell({ outcome: 'failed', message: redact(errorText(error)) })
      } finally {
        running = false
      }
      return state
    },
  }
}
