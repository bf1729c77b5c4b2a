/**
 * Our gateway's `openclaw.json`: the smallest valid one, merged into what is there. Keys that we do not own survive.
 * The file holds the shared token and the provider's key, so it is 0600; neither goes through the environment, which agents inherit.
 */
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync } from 'node:fs'
import type { ModelProvider } from '../contract/entities.ts'
import { AppError } from '../contract/errors.ts'
import type { ModelProviderInput } from '../contract/host-link.ts'
import { readJsonFile, writeJsonFile } from '../platform/atomic-file.ts'

type Json = { [key: string]: unknown }

const demoProviderId = 'mission-control-demo'
const demoModel = 'demo-1'
const compatibleProviderId = 'custom'

export interface ConfigureOptions {
  readonly file: string
  readonly port: number
  readonly workspaces: string
  readonly logFile: string
}

export interface ConfiguredGateway {
  readonly token: string
  readonly port: number
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

/** `change` over `base`, object by object; anything else in `change` replaces. */
function merge(base: Json, change: Json): Json {
  const result: Json = { ...base }
  for (const [key, value] of Object.entries(change)) {
    const old = result[key]
    result[key] = isObject(value) && isObject(old) ? merge(old, value) : value
  }
  return result
}

/** Like `merge`, but what is there already wins: for values that a person or the gateway may change. */
function fill(base: Json, defaults: Json): Json {
  const result: Json = { ...base }
  for (const [key, value] of Object.entries(defaults)) {
    const old = result[key]
    if (old === undefined) result[key] = value
    else if (isObject(value) && isObject(old)) result[key] = fill(old, value)
  }
  return result
}

function read(file: string): Json {
  let content: unknown
  try {
    content = readJsonFile(file)
  } catch (error) {
    throw new AppError('invalid_request', `${file} is not valid JSON. Mend it, or move it away to get a new one.`, { cause: error })
  }
  if (content === null) return {}
  if (!isObject(content)) throw new AppError('invalid_request', `${file} is not a JSON object. Mend it, or move it away to get a new one.`)
  return content
}

function at(config: Json, ...keys: string[]): unknown {
  return keys.reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), config)
}

function save(file: string, before: Json, after: Json): void {
  if (existsSync(file) && JSON.stringify(before) === JSON.stringify(after)) {
    // OpenClaw and editors may have loosened it.
    if (process.platform !== 'win32') chmodSync(file, 0o600)
    return
  }
  writeJsonFile(file, after)
}

/** What must be so for the control center to work. */
function required(options: ConfigureOptions, token: string): Json {
  return {
    gateway: {
      mode: 'local',
      port: options.port,
      bind: 'loopback',
      auth: { mode: 'token', token },
      http: { endpoints: { responses: { enabled: true } } },
    },
    logging: { file: options.logFile, consoleStyle: 'json' },
  }
}

/** What we choose for a new configuration and a person may change. Nothing here may cost money by itself: no dreaming, no reviews, no heartbeats but ours. */
function chosen(options: ConfigureOptions): Json {
  return {
    gateway: { controlUi: { enabled: false }, terminal: { enabled: false }, nodes: { pairing: { autoApproveLocal: false } } },
    discovery: { mdns: { mode: 'off' } },
    update: { checkOnStart: false },
    logging: { level: 'info' },
    cron: { webhookSsrfPolicy: { allowedHostnames: ['127.0.0.1'] } },
    tools: { exec: { mode: 'full' } },
    skills: { workshop: { autonomous: { mode: 'off' } } },
    plugins: { entries: { 'memory-core': { config: { dreaming: { enabled: false } } } } },
    models: { catalogRefresh: { enabled: false } },
    agents: {
      defaults: {
        workspace: options.workspaces,
        skipBootstrap: true,
        heartbeat: { every: '0m', target: 'none' },
        sandbox: { mode: 'off' },
      },
      entries: { main: { workspace: `${options.workspaces}/main` } },
    },
  }
}

/** The token that stands in the file; null when there is none (or it is a reference that only OpenClaw can resolve). */
export function readGatewayToken(file: string): string | null {
  const token = at(read(file), 'gateway', 'auth', 'token')
  return typeof token === 'string' && token.length > 0 && !token.startsWith('${') ? token : null
}

/** Puts another shared token in the file. Throws when the one there is a reference to something that is kept elsewhere. */
export function writeGatewayToken(file: string, token: string): void {
  const before = read(file)
  const known = at(before, 'gateway', 'auth', 'token')
  if (known !== undefined && (typeof known !== 'string' || known.startsWith('${')))
    throw new AppError('conflict', `The token in ${file} is a reference. Change it where it is kept.`)
  save(file, before, merge(before, { gateway: { auth: { mode: 'token', token } } }))
}

/** Writes what is missing, with a new 32-byte token when there is none. Safe to call before every start. */
export function configureGateway(options: ConfigureOptions): ConfiguredGateway {
  const before = read(options.file)
  const known = at(before, 'gateway', 'auth', 'token')
  const token = typeof known === 'string' && known.length > 0 ? known : randomBytes(32).toString('base64url')
  save(options.file, before, fill(merge(before, required(options, token)), chosen(options)))
  return { token, port: options.port }
}

/** Writes the provider in OpenClaw's own place for it, `models.providers.<id>`, and makes its model the default of all agents. */
export function configureModelProvider(options: { file: string; provider: ModelProviderInput; demoUrl: string | null }): void {
  const before = read(options.file)
  const { id, entry, model } = providerEntry(options.provider, options.demoUrl)
  let after = merge(before, { agents: { defaults: { model: { primary: `${id}/${model}` } } } })
  // The provider's entry is replaced as a whole: an old key or address must not shine through.
  after = merge(after, { models: { providers: {} } })
  const providers = at(after, 'models', 'providers')
  if (isObject(providers)) providers[id] = entry
  save(options.file, before, after)
}

/** What stands for the default model now, whole, for `leaveDemoModel`; null when nothing does. */
export function readDefaultModel(file: string): unknown {
  return at(read(file), 'agents', 'defaults', 'model') ?? null
}

/** Takes the demo's provider out, and puts back the model that was the default before it unless another one was chosen meanwhile. */
export function leaveDemoModel(file: string, former: unknown): void {
  const before = read(file)
  const after = structuredClone(before)
  const providers = at(after, 'models', 'providers')
  if (isObject(providers)) delete providers[demoProviderId]
  const defaults = at(after, 'agents', 'defaults')
  if (isObject(defaults) && readModelProvider(file).kind === 'demo') {
    if (former === null) delete defaults['model']
    else defaults['model'] = former
  }
  save(file, before, after)
}

function listedModel(id: string): Json {
  return {
    id,
    name: id,
    reasoning: false,
    input: ['text'],
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    contextWindow: 128_000,
    maxTokens: 8192,
  }
}

function providerEntry(provider: ModelProviderInput, demoUrl: string | null): { id: string; entry: Json; model: string } {
  switch (provider.kind) {
    case 'demo':
      if (demoUrl === null) throw new AppError('invalid_request', 'The demo model does not run.')
      return {
        id: demoProviderId,
        model: demoModel,
        entry: { baseUrl: demoUrl, apiKey: 'demo', api: 'openai-completions', models: [listedModel(demoModel)] },
      }
    case 'openai':
    case 'anthropic':
      return { id: provider.kind, model: bare(provider.model, provider.kind), entry: { apiKey: provider.api_key } }
    case 'openai-compatible': {
      const model = bare(provider.model, compatibleProviderId)
      // A server on this machine may want no key, and OpenClaw wants one written.
      return {
        id: compatibleProviderId,
        model,
        entry: { baseUrl: provider.base_url, apiKey: provider.api_key || 'none', api: 'openai-completions', models: [listedModel(model)] },
      }
    }
  }
}

/** People paste both `gpt-5` and `openai/gpt-5`. */
function bare(model: string, provider: string): string {
  return model.startsWith(`${provider}/`) ? model.slice(provider.length + 1) : model
}

/** Where the model comes from, as the file says it. The key is never told, only its last four characters. */
export function readModelProvider(file: string): ModelProvider {
  const none: ModelProvider = { kind: 'none', base_url: null, model: null, key_hint: null }
  const config = read(file)
  const configured = at(config, 'agents', 'defaults', 'model', 'primary') ?? at(config, 'agents', 'defaults', 'model')
  if (typeof configured !== 'string') return none
  const slash = configured.indexOf('/')
  const id = slash > 0 ? configured.slice(0, slash) : ''
  const model = configured.slice(slash + 1)
  const key = at(config, 'models', 'providers', id, 'apiKey')
  const baseUrl = at(config, 'models', 'providers', id, 'baseUrl')
  const kind = id === demoProviderId ? 'demo' : id === 'openai' || id === 'anthropic' ? id : 'openai-compatible'
  return {
    kind,
    base_url: typeof baseUrl === 'string' ? baseUrl : null,
    model,
    key_hint: typeof key === 'string' && key.length >= 8 && kind !== 'demo' ? key.slice(-4) : null,
  }
}
