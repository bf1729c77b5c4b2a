/**
 * Reads and changes OpenClaw's configuration. The file on this disk is what is edited, whether the gateway runs or not; a gateway that
 * runs is told of the change and writes it itself. Before every write what was there becomes a restore point, and what somebody else
 * wrote meanwhile is never written over.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import type { ConfigCheck, ConfigIssue, ConfigSaved, GatewayConfig, OwnedKey } from '../contract/gateway-config.ts'
import { AppError } from '../contract/errors.ts'
import { isObject, type Json, keepOwned, maskSecrets, mergePatch, ownedIssues, ownedKeys, unmaskSecrets } from '../domain/config-edit.ts'
import { Json5Error, parseJson5 } from '../domain/json5.ts'
import { GatewayError } from '../gateway/types.ts'
import { writeFileAtomic } from '../platform/atomic-file.ts'
import { configSnapshotsFolder, createConfigSnapshots } from '../platform/config-snapshots.ts'
import { redact } from '../platform/redact.ts'
import type { GatewayRow } from '../store/gateways.ts'
import type { Stored } from '../store/rows.ts'
import type { ApiDeps } from './deps.ts'

/** The gateway allows thirty changes a minute, and setting agents up uses the same. */
const writesPerMinute = 20
const stoppedStates = ['stopped', 'failed', 'backing-off']
const reloadAsked = 12

interface Present {
  readonly raw: string | null
  readonly hash: string | null
  /** Null when it cannot be read as an object. */
  readonly config: Json | null
  readonly issues: ConfigIssue[]
}
interface Told {
  readonly path: string
  readonly baseHash: unknown
  readonly valid: boolean
  readonly issues: ConfigIssue[]
  readonly restartPending: boolean
  /** It runs with the file that we know. */
  readonly ours: boolean
  readonly config: Json
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
const looksSecret = (text: string): boolean => redact(text) !== text
const issue = (kind: ConfigIssue['kind'], message: string, more: Partial<ConfigIssue> = {}): ConfigIssue => ({
  kind,
  path: '',
  line: null,
  column: null,
  link: null,
  ...more,
  message,
})

function parse(text: string): { config: Json | null; issues: ConfigIssue[] } {
  try {
    const config = parseJson5(text)
    return isObject(config) ? { config, issues: [] } : { config: null, issues: [issue('shape', 'The whole has to be one object: { … }.')] }
  } catch (error) {
    if (!(error instanceof Json5Error)) throw error
    return { config: null, issues: [issue('syntax', error.message, { line: error.line, column: error.column })] }
  }
}

const object = (value: unknown): Json => (isObject(value) ? value : {})
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** What the gateway or its command line says is wrong. */
function readIssues(raw: unknown): ConfigIssue[] {
  return list(raw).map((each) => {
    const { path: at, message } = object(each)
    return issue('openclaw', redact(typeof message === 'string' ? message : JSON.stringify(each)), {
      path: Array.isArray(at) ? at.join('.') : typeof at === 'string' ? at : '',
    })
  })
}

export function createGatewayConfigService(deps: ApiDeps) {
  const { store, connection, live, clock, machine } = deps
  const log = deps.log.scope('gateway/config')
  const file = machine.configPath
  const snapshots = createConfigSnapshots(configSnapshotsFolder(machine.paths.backups))
  let writes: number[] = []
  let busy = false

  function present(): Present {
    let raw: string
    try {
      raw = readFileSync(file, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { raw: null, hash: null, config: null, issues: [] }
      throw error
    }
    return { raw, hash: sha256(raw), ...parse(raw) }
  }

  const owned = (): OwnedKey[] => ownedKeys(store.agents.all().map((agent) => agent.gateway_agent_id))

  function sameFile(other: string): boolean {
    try {
      return realpathSync(other) === realpathSync(file)
    } catch {
      return false
    }
  }

  async function ask(method: string, params: Record<string, unknown>, timeoutMs?: number): Promise<Json> {
    try {
      return await connection.request(method, params, timeoutMs === undefined ? {} : { timeoutMs })
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      const more = { cause: error }
      switch (error.failure) {
        case 'unavailable':
        case 'unauthorized':
          throw new AppError('gateway_unavailable', `The gateway is not connected: ${error.message}`, more)
        case 'rate_limited':
          throw new AppError('too_many_requests', 'The gateway takes no more changes for a minute. Try again then.', more)
        case 'rejected':
          throw /changed since last load/i.test(error.message)
            ? changedMeanwhile(error)
            : new AppError('invalid_request', `OpenClaw refuses this configuration: ${error.message}`, { field: 'body.text', ...more })
        case 'timeout':
        case 'failed':
        case 'aborted':
          throw new AppError('gateway_error', `The gateway did not say whether it took the change: ${error.message}`, more)
      }
    }
  }

  /** What the gateway says of its configuration; null when it is not there to ask. */
  async function told(): Promise<Told | null> {
    if (!connection.state().connected) return null
    const answer = await ask('config.get', {})
    const at = typeof answer['path'] === 'string' ? answer['path'] : ''
    const revision = answer['configRevisionHash']
    const applied = answer['appliedConfigHash']
    return {
      path: at,
      baseHash: answer['hash'],
      valid: answer['valid'] !== false,
      issues: readIssues(answer['issues']),
      restartPending: typeof revision === 'string' && typeof applied === 'string' && revision !== applied,
      ours: sameFile(at),
      config: object(answer['sourceConfig'] ?? answer['parsed'] ?? answer['config']),
    }
  }

  /** Null when it can be changed now. */
  function whyLocked(said: Told | null): string | null {
    if (said) return said.ours ? null : 'This gateway was started elsewhere, with a configuration of its own. Change it there.'
    const { state } = live.gateway()
    if (stoppedStates.includes(state)) return null
    return 'The gateway runs and is not connected. Wait until it is, or stop it.'
  }

  /** What the masks stand for: the present file or, when it is broken, the newest restore point that is not. */
  function knownSecrets(now: Present): Json | null {
    if (now.config) return now.config
    for (const each of snapshots.list()) {
      const config = each.valid ? parse(each.text).config : null
      if (config) return config
    }
    return null
  }

  function shown(config: Json): string {
    return pretty(maskSecrets(config, looksSecret).masked)
  }

  /** Text that cannot be understood: every quoted value of a line that may hold a secret is covered. */
  function coverBroken(raw: string): string {
    const known = knownSecrets({ raw: null, hash: null, config: null, issues: [] })
    let text = raw
    const cover = (value: unknown, mask: unknown): void => {
      if (typeof value === 'string' && typeof mask === 'string') {
        if (value !== mask) text = text.replaceAll(value, mask)
      } else if (Array.isArray(value)) value.forEach((each, index) => cover(each, list(mask)[index]))
      else if (isObject(value)) for (const [key, each] of Object.entries(value)) cover(each, object(mask)[key])
    }
    if (known) cover(known, maskSecrets(known, looksSecret).masked)
    return redact(text)
  }

  async function read(): Promise<Stored<GatewayConfig>> {
    const said = await told()
    if (said && !said.ours) {
      const { masked, secrets } = maskSecrets(said.config, looksSecret)
      return {
        source: 'gateway',
        path: said.path,
        text: pretty(masked),
        hash: typeof said.baseHash === 'string' ? said.baseHash : null,
        valid: said.valid,
        issues: said.issues,
        owned: [],
        secrets,
        locked: whyLocked(said),
        restart_pending: said.restartPending,
        updated_at: null,
      }
    }
    const now = present()
    const issues = [...now.issues, ...(said?.valid === false && now.config ? said.issues : [])]
    return {
      source: said ? 'gateway' : now.raw === null ? 'none' : 'file',
      path: file,
      text: now.config ? shown(now.config) : now.raw === null ? '' : coverBroken(now.raw),
      hash: now.hash,
      valid: now.raw === null || (now.config !== null && said?.valid !== false),
      issues,
      owned: owned(),
      secrets: now.config ? maskSecrets(now.config, looksSecret).secrets : 0,
      locked:
        now.raw === null && !said ? 'There is no configuration yet: it is written at the first start of the gateway.' : whyLocked(said),
      restart_pending: said?.restartPending ?? false,
      updated_at: now.raw === null ? null : Math.round(statSync(file).mtimeMs),
    }
  }

  /** OpenClaw's own word on a candidate, which lies for that moment in a folder for its owner only. Null when it cannot be asked. */
  async function askOpenclaw(config: Json): Promise<{ ok: boolean; issues: ConfigIssue[] } | null> {
    const runtime = live.runtime()
    if (!machine.validateConfig || runtime.path === null || runtime.node_path === null) return null
    const folder = mkdtempSync(path.join(machine.paths.openclaw.root, '.check-'))
    try {
      const candidate = path.join(folder, 'openclaw.json')
      writeFileAtomic(candidate, pretty(config))
      const verdict = await machine.validateConfig({ entry: runtime.path, nodePath: runtime.node_path }, candidate)
      if (verdict === null) return null
      const said = verdict.output.replaceAll(candidate, 'the configuration')
      return {
        ok: verdict.ok,
        issues: verdict.ok
          ? []
          : said.split('; ').map((each) => {
              const [, at = '', message = each] = /^([\w.[\]-]+): (.+)$/s.exec(each) ?? []
              return issue('openclaw', message || 'OpenClaw refuses it without saying why.', { path: at })
            }),
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }

  async function judge(wanted: { config: Json | null; issues: ConfigIssue[] }, now: Present) {
    const base = knownSecrets(now) ?? {}
    const issues = [...wanted.issues]
    let config = wanted.config
    if (config) {
      const unmasked = unmaskSecrets(config, base, looksSecret)
      config = unmasked.value as Json
      issues.push(...unmasked.issues, ...ownedIssues(base, config, owned()))
    }
    const checked = config && issues.length === 0 ? await askOpenclaw(config) : null
    if (checked && !checked.ok) issues.push(...checked.issues)
    return { config, issues, checked: checked !== null }
  }

  async function reloads(changes: ReturnType<typeof mergePatch>['changed']): Promise<ConfigSaved['changes']> {
    const asked = connection.state().connected && (connection.state().capabilities?.methods.has('config.schema.lookup') ?? false)
    return Promise.all(
      changes.map(async (change, index) => {
        if (!asked || index >= reloadAsked) return { ...change, reload: null }
        const answer = await connection.request('config.schema.lookup', { path: change.path }).catch(() => ({}) as Json)
        const kind = answer['reloadKind']
        return { ...change, reload: kind === 'hot' || kind === 'restart' || kind === 'none' ? kind : null }
      }),
    )
  }

  async function check(text: string): Promise<ConfigCheck> {
    const now = present()
    const { config, issues, checked } = await judge(parse(text), now)
    return {
      ok: issues.length === 0,
      issues,
      changes: config ? await reloads(mergePatch(now.config ?? {}, config).changed) : [],
      before: now.config ? shown(now.config) : now.raw === null ? '' : coverBroken(now.raw),
      after: config ? shown(config) : redact(text),
      checked_by_openclaw: checked,
    }
  }

  /** With what is there now, for the one who has to decide. */
  function changedMeanwhile(cause?: unknown): AppError {
    const now = present()
    return new AppError('conflict', 'Somebody else changed the configuration meanwhile. Look at the difference, then save again.', {
      field: 'body.expected_hash',
      data: { current_hash: now.hash, current_text: now.config ? shown(now.config) : now.raw === null ? '' : coverBroken(now.raw) },
      ...(cause !== undefined && { cause }),
    })
  }

  function respectPace(): void {
    const now = clock.now()
    writes = writes.filter((at) => now - at < 60_000)
    if (writes.length >= writesPerMinute)
      throw new AppError('too_many_requests', 'The configuration was changed twenty times within a minute. Wait a moment.')
    writes.push(now)
  }

  /** True when the gateway restarts itself for it. */
  async function tellGateway(said: Told, difference: ReturnType<typeof mergePatch>, wanted: Json): Promise<boolean> {
    const { patch, replacePaths } = difference
    try {
      const answer = await ask(
        'config.patch',
        {
          raw: JSON.stringify(patch),
          baseHash: said.baseHash,
          note: 'OpenClaw Mission Control: changed by a person',
          ...(replacePaths.length > 0 && { replacePaths: replacePaths.slice(0, 256) }),
        },
        60_000,
      )
      return object(object(object(answer['sentinel'])['payload'])['stats'])['requiresRestart'] === true
    } catch (error) {
      // The answer may have been lost in the very restart that the change caused; what stands in the file tells.
      const unheard = error instanceof AppError && (error.code === 'gateway_unavailable' || error.code === 'gateway_error')
      const there = unheard ? present().config : null
      if (there === null || mergePatch(there, wanted).changed.some((each) => !each.path.startsWith('meta'))) throw error
      return true
    }
  }

  async function write(options: {
    gateway: GatewayRow
    wanted: (now: Present) => { config: Json | null; issues: ConfigIssue[] }
    expectedHash: string | null | undefined
    reason: string
    event: { type: string; message: string }
  }): Promise<ConfigSaved> {
    // Before the file is read: whatever is written after this, the gateway refuses.
    const said = await told()
    const locked = whyLocked(said)
    if (locked !== null) throw new AppError('conflict', locked)
    const now = present()
    if (options.expectedHash !== undefined && options.expectedHash !== now.hash) throw changedMeanwhile()
    const { config, issues } = await judge(options.wanted(now), now)
    if (!config || issues.length > 0) {
      const [first] = issues
      const place = first?.line ? `Line ${first.line}: ` : first?.path ? `${first.path}: ` : ''
      throw new AppError('invalid_request', `Nothing was written. ${place}${first?.message ?? 'It cannot be read.'}`, {
        field: 'body.text',
        data: { issues },
      })
    }
    const difference = mergePatch(now.config ?? {}, config)
    if (now.config && difference.changed.length === 0)
      return {
        applied: 'none',
        hash: now.hash,
        snapshot_id: null,
        changes: [],
        restart_required: false,
        message: 'Nothing is different, so nothing was written.',
      }
    respectPace()
    const changes = await reloads(difference.changed)
    const snapshot =
      now.raw === null
        ? null
        : snapshots.add(
            {
              reason: options.reason,
              valid: now.config !== null && said?.valid !== false,
              openclaw_version: live.gateway().version ?? live.runtime().version,
              text: now.raw,
            },
            clock.now(),
          )
    let restartRequired = changes.some((change) => change.reload === 'restart')
    if (said && said.valid && now.config) {
      restartRequired = (await tellGateway(said, difference, config)) || restartRequired
    } else {
      // Looked at once more: the checks took a moment.
      if (present().hash !== now.hash) throw changedMeanwhile()
      writeFileAtomic(file, pretty(config))
    }
    const paths = difference.changed.map((each) => each.path)
    store.write(() =>
      store.activity.record({
        event_type: options.event.type,
        message: options.event.message,
        actor_type: 'user',
        actor_name: 'Operator',
        gateway_id: options.gateway.id,
        data: { paths: paths.slice(0, 50), snapshot_id: snapshot?.id ?? null, live: said !== null },
      }),
    )
    log.info('config.changed', { paths: paths.length, live: said !== null })
    return {
      applied: said ? 'live' : 'file',
      hash: present().hash,
      snapshot_id: snapshot?.id ?? null,
      changes,
      restart_required: said !== null && restartRequired,
      message: said
        ? restartRequired
          ? 'Saved; the gateway restarts itself for it, which takes a few seconds.'
          : 'Saved; the gateway uses it already.'
        : 'Saved; it counts from the next start of the gateway.',
    }
  }

  async function alone<Result>(work: () => Promise<Result>): Promise<Result> {
    if (busy) throw new AppError('conflict', 'The configuration is being written at this moment. Try again in a second.')
    busy = true
    try {
      return await work()
    } finally {
      busy = false
    }
  }

  const mustSnapshot = (id: string) => {
    const found = snapshots.get(id)
    if (!found) throw new AppError('not_found', 'There is no such restore point any more: the last twenty are kept.')
    return found
  }
  const showSnapshot = ({ text, ...rest }: ReturnType<typeof mustSnapshot>) => ({ ...rest, size: Buffer.byteLength(text) })

  return {
    read,
    check,
    save: (gateway: GatewayRow, body: { text: string; expected_hash: string | null; note?: string | undefined }) =>
      alone(() =>
        write({
          gateway,
          wanted: () => parse(body.text),
          expectedHash: body.expected_hash,
          reason: body.note === undefined || body.note === '' ? 'Before a change' : `Before: ${redact(body.note)}`,
          event: { type: 'gateway.config.changed', message: "Operator changed OpenClaw's configuration" },
        }),
      ),
    restore: (gateway: GatewayRow, id: string, expectedHash: string | null | undefined) =>
      alone(() => {
        const snapshot = mustSnapshot(id)
        return write({
          gateway,
          wanted(now) {
            const { config, issues } = parse(snapshot.text)
            const base = knownSecrets(now)
            return { config: config && base ? keepOwned(config, base, owned()) : config, issues }
          },
          expectedHash,
          reason: 'Before a restore',
          event: { type: 'gateway.config.restored', message: 'Operator put an earlier configuration of OpenClaw back' },
        })
      }),
    snapshots: () => snapshots.list().map(showSnapshot),
    snapshot(id: string) {
      const found = mustSnapshot(id)
      const { config } = parse(found.text)
      return { ...showSnapshot(found), text: config ? shown(config) : coverBroken(found.text) }
    },
  }
}
