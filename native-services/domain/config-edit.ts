/**
 * What a person may see and change of OpenClaw's configuration. Secrets leave as `••••1a2b` and come back as themselves; keys that
 * Mission Control owns keep their values; a change is told to the gateway as a merge patch.
 */
import type { ConfigIssue, OwnedKey } from '../contract/gateway-config.ts'

export type Json = { [key: string]: unknown }
type Path = readonly string[]

/** What the gateway itself puts where a secret stands. */
export const gatewaySentinel = '__OPENCLAW_REDACTED__'
const bullets = '••••'
const maskPattern = /^••••[^•]{0,4}$/
/** Shorter ones would be given away by their last four characters. */
const shortestHinted = 12
const secretKey =
  /(token|secret|passw(or)?d|passphrase|api[-_]?key|authorization|cookie|credential|private[-_]?key|signing[-_]?key|encrypt[-_]?key|webhook[-_]?url|connection[-_]?string)s?$/i
/** Everything below these is treated as secret: what stands there is not known to us. */
const secretFolders = new Set(['env', 'vars', 'headers'])

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

export const pathText = (path: Path): string =>
  path.map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`)).join('')

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (found, part) =>
      isObject(found) && Object.hasOwn(found, part) ? found[part] : Array.isArray(found) ? (found as unknown[])[Number(part)] : undefined,
    value,
  )
}

/** The same value with every text replaced by `change`; other things stay. */
function mapTexts(value: unknown, change: (text: string, path: Path) => unknown, path: Path = []): unknown {
  if (typeof value === 'string') return change(value, path)
  if (Array.isArray(value)) return value.map((each: unknown, index) => mapTexts(each, change, [...path, String(index)]))
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapTexts(each, change, [...path, key])]))
  return value
}

/** A reference to something that is kept elsewhere is no secret. */
const isReference = (text: string): boolean => /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/.test(text)

/** @param looksSecret Whether a text contains a secret whatever its key is called. */
function isSecret(text: string, path: Path, looksSecret: (text: string) => boolean): boolean {
  if (text === '' || isReference(text)) return false
  if (text === gatewaySentinel) return true
  const named = path.filter((part) => !/^\d+$/.test(part))
  if (secretKey.test(named.at(-1) ?? '') || named.slice(0, -1).some((part) => secretFolders.has(part))) return true
  return /:\/\/[^/\s:@]+:[^/\s@]+@/.test(text) || looksSecret(text)
}

const maskOf = (secret: string): string =>
  secret === gatewaySentinel || secret.length < shortestHinted ? bullets : `${bullets}${secret.slice(-4).replaceAll('•', '')}`

/** What may be shown: a copy without secrets, and how many there were. */
export function maskSecrets(config: unknown, looksSecret: (text: string) => boolean): { masked: unknown; secrets: number } {
  let secrets = 0
  const masked = mapTexts(config, (text, path) => {
    if (!isSecret(text, path, looksSecret)) return text
    secrets += 1
    return maskOf(text)
  })
  return { masked, secrets }
}

/**
 * Puts the secrets back where their masks stand. One that was moved is found by its mask when only one secret has it; where it cannot be
 * told which is meant, that is an issue.
 */
export function unmaskSecrets(
  edited: unknown,
  base: unknown,
  looksSecret: (text: string) => boolean,
): { value: unknown; issues: ConfigIssue[] } {
  const byMask = new Map<string, Set<string>>()
  mapTexts(base, (text, path) => {
    if (isSecret(text, path, looksSecret)) byMask.set(maskOf(text), (byMask.get(maskOf(text)) ?? new Set()).add(text))
    return text
  })
  const issues: ConfigIssue[] = []
  const value = mapTexts(edited, (text, path) => {
    if (!maskPattern.test(text) && text !== gatewaySentinel) return text
    const before = valueAt(base, path)
    if (typeof before === 'string' && (text === gatewaySentinel || maskOf(before) === text)) return before
    const [only, ...others] = byMask.get(text) ?? []
    if (only !== undefined && others.length === 0 && only !== gatewaySentinel) return only
    issues.push({
      kind: 'secret',
      path: pathText(path),
      line: null,
      column: null,
      message: 'Which secret stands behind these dots is not known here. Paste it again.',
      link: null,
    })
    return text
  })
  return { value, issues }
}

/** Keys that the control center needs as they are, and where each is changed instead. */
// oxfmt-ignore
const ownedAlways: readonly OwnedKey[] = [
  { path: 'gateway.mode', why: 'The gateway runs on this machine.', where: null, link: null },
  { path: 'gateway.port', why: 'Mission Control has to find the gateway there.', where: 'Change it with gateway_port in config.json, or let Overview offer a free one.', link: '/gateway' },
  { path: 'gateway.bind', why: 'The gateway listens on this machine only.', where: null, link: null },
  { path: 'gateway.auth.mode', why: 'Mission Control signs in with the shared token.', where: null, link: null },
  { path: 'gateway.auth.token', why: 'Everything that uses the gateway has to learn of a new one.', where: 'Rotate it under Credentials.', link: '/gateway?tab=credentials' },
  { path: 'gateway.http.endpoints.responses.enabled', why: 'Messages to agents travel through it.', where: null, link: null },
  { path: 'agents.defaults.workspace', why: 'The workspaces of agents lie in the data folder.', where: null, link: null },
  { path: 'logging.file', why: 'Logs are read from there.', where: null, link: null },
  { path: 'logging.consoleStyle', why: 'Logs are read in this form.', where: null, link: null },
]

/** @param agents Ids in the gateway of the agents that are known here. */
export function ownedKeys(agents: readonly string[]): OwnedKey[] {
  return [
    ...ownedAlways,
    ...agents.map((agent) => ({
      path: `agents.entries.${agent}.workspace`,
      why: 'The credentials of this agent lie there.',
      where: 'Agents are made and removed on their own page.',
      link: '/agents',
    })),
  ]
}

const pathOf = (owned: OwnedKey): string[] => owned.path.split('.')
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What was changed of the owned ones. */
export function ownedIssues(before: unknown, after: unknown, owned: readonly OwnedKey[]): ConfigIssue[] {
  return owned
    .filter((each) => !same(valueAt(before, pathOf(each)), valueAt(after, pathOf(each))))
    .map((each) => ({
      kind: 'owned' as const,
      path: each.path,
      line: null,
      column: null,
      message: `Mission Control keeps this one. ${each.why}${each.where === null ? '' : ` ${each.where}`}`,
      link: each.link,
    }))
}

/** `config` with the owned values of `present`: what is restored may be older than the token. */
export function keepOwned(config: Json, present: unknown, owned: readonly OwnedKey[]): Json {
  const result = structuredClone(config)
  for (const each of owned) {
    const path = pathOf(each)
    const value = valueAt(present, path)
    const last = path.at(-1) ?? ''
    let folder: Json = result
    if (value === undefined) {
      const parent = valueAt(result, path.slice(0, -1))
      if (isObject(parent)) delete parent[last]
      continue
    }
    for (const part of path.slice(0, -1)) {
      const next = folder[part]
      if (isObject(next)) folder = next
      else folder = folder[part] = {} as Json
    }
    folder[last] = structuredClone(value)
  }
  return result
}

export interface MergePatch {
  /** RFC 7396: null deletes. */
  readonly patch: Json
  /** Lists that the gateway is to take as they are. */
  readonly replacePaths: string[]
  readonly changed: { path: string; kind: 'added' | 'changed' | 'removed' }[]
}

/** What leads from one configuration to the other. */
export function mergePatch(before: Json, after: Json, at: Path = []): MergePatch {
  const patch: Json = {}
  const replacePaths: string[] = []
  const changed: MergePatch['changed'] = []
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, next] = [before[key], after[key]]
    const path = [...at, key]
    if (next === undefined) {
      patch[key] = null
      changed.push({ path: pathText(path), kind: 'removed' })
      if (Array.isArray(old)) replacePaths.push(pathText(path))
    } else if (isObject(old) && isObject(next)) {
      const below = mergePatch(old, next, path)
      if (below.changed.length === 0) continue
      patch[key] = below.patch
      replacePaths.push(...below.replacePaths)
      changed.push(...below.changed)
    } else if (!same(old, next)) {
      patch[key] = next
      changed.push({ path: pathText(path), kind: old === undefined ? 'added' : 'changed' })
      if (Array.isArray(next) || Array.isArray(old)) replacePaths.push(pathText(path))
    }
  }
  return { patch, replacePaths, changed }
}
