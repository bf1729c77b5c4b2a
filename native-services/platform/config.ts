/**
 * The host's configuration. A flag beats an environment variable, that beats `<data-dir>/config.json`, that beats the default.
 * Every refusal names the flag, variable or key that is wrong.
 */
import path from 'node:path'
import { z } from 'zod'
import { AppError } from '../contract/errors.ts'
import { readJsonFile, writeJsonFile } from './atomic-file.ts'
import { type DataPaths, dataPaths, defaultDataDir } from './paths.ts'

export const apiPort = { normal: 8642, demo: 8643 } as const
export const gatewayPort = { normal: 18_789, demo: 18_889 } as const

/** Delivery and request limits that may come from the environment. Absent = the built-in value. Durations in milliseconds. */
export interface Tuning {
  readonly requestTimeoutMs?: number
  readonly backoffBaseMs?: number
  readonly backoffMaxMs?: number
  readonly maxConcurrentSessions?: number
  readonly takeAtMost?: number
  readonly fallbackMs?: number
}

export interface HostConfig {
  readonly version: string
  readonly paths: DataPaths
  readonly demo: boolean
  readonly api: { readonly host: string; readonly port: number }
  readonly gateway: {
    readonly port: number
    /** A gateway that somebody else runs (`OPENCLAW_GATEWAY_URL`): we adopt it and never start one. */
    readonly external: { readonly url: string; readonly token: string } | null
  }
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  /** A folder with `node_modules/openclaw` in it, looked at after the managed runtime and PATH. */
  readonly openclawDir: string | null
  /** The person's own choice of `openclaw.mjs`, looked at first. */
  readonly openclawPath: string | null
  readonly staticDir: string | null
  readonly resourcesDir: string
  readonly tuning: Tuning
}

/** Flags of `serve`; undefined = not given. */
export interface ConfigFlags {
  readonly demo?: boolean
  readonly dataDir?: string
  readonly host?: string
  readonly port?: number
  readonly gatewayPort?: number
  readonly allowNonLoopback?: boolean
}

const port = z.coerce.number().int().min(1).max(65_535)
const duration = z.coerce.number().int().min(1)
const text = z.string().min(1)

const environment = z.object({
  MISSION_CONTROL_DATA_DIR: text.optional(),
  MISSION_CONTROL_HOST: text.optional(),
  MISSION_CONTROL_PORT: port.optional(),
  MISSION_CONTROL_GATEWAY_PORT: port.optional(),
  MISSION_CONTROL_OPENCLAW_DIR: text.optional(),
  MISSION_CONTROL_OPENCLAW_PATH: text.optional(),
  /** Names that scripts for the older runtime set. */
  HEALTH_HOST: text.optional(),
  HEALTH_PORT: port.optional(),
  LOG_LEVEL: z
    .string()
    .transform((value) => value.toLowerCase())
    .pipe(z.enum(['debug', 'info', 'warn', 'error']))
    .optional(),
  OPENCLAW_GATEWAY_URL: z.url({ protocol: /^(https?|wss?)$/ }).optional(),
  OPENCLAW_GATEWAY_TOKEN: text.optional(),
  OPENCLAW_REQUEST_TIMEOUT_MS: duration.optional(),
  DELIVERY_BACKOFF_BASE_MS: duration.optional(),
  DELIVERY_BACKOFF_MAX_MS: duration.optional(),
  DELIVERY_MAX_CONCURRENT_SESSIONS: z.coerce.number().int().min(1).max(100).optional(),
  DELIVERY_STREAM_TIMEOUT_MS: duration.optional(),
  DELIVERY_INTERVAL: duration.optional(),
  DELIVERY_LIST_LIMIT: z.coerce.number().int().min(1).max(500).optional(),
  /** Checked and without effect: what belongs to a message is read from the database on this machine, not fetched. */
  DELIVERY_CONTEXT_FETCH_BATCH_SIZE: z.coerce.number().int().min(1).max(50).optional(),
})

export const environmentNames: readonly string[] = Object.keys(environment.shape)

const configFile = z.object({
  host: text.optional(),
  port: port.optional(),
  gateway_port: port.optional(),
  openclaw_path: text.optional(),
  log_level: z.enum(['debug', 'info', 'warn', 'error']).optional(),
})
export type ConfigFile = z.infer<typeof configFile>

const loopbackHosts = new Set(['127.0.0.1', '::1', 'localhost'])

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown, what: (name: string) => string): z.output<Schema> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const name = issue?.path.join('.') ?? ''
  throw new AppError('invalid_request', `${what(name)} is not valid: ${issue?.message ?? 'unknown reason'}.`, { field: name })
}

/** Reads the environment without looking at the rest; empty values count as absent, quotes around a value are dropped. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): z.output<typeof environment> {
  const present: Record<string, string> = {}
  for (const name of environmentNames) {
    const value = env[name]?.trim().replace(/^(["'])(.*)\1$/, '$2')
    if (value) present[name] = value
  }
  return parse(environment, present, (name) => `The environment variable ${name}`)
}

/** The part of the configuration that the services host takes from its own environment. */
export function tuningFrom(env: Readonly<Record<string, string | undefined>>): Tuning {
  const read = readEnvironment(env)
  // A message is one stream here, so the stricter of the two holds.
  const timeouts = [read.OPENCLAW_REQUEST_TIMEOUT_MS, read.DELIVERY_STREAM_TIMEOUT_MS].filter((ms) => ms !== undefined)
  if (
    read.DELIVERY_BACKOFF_BASE_MS !== undefined &&
    read.DELIVERY_BACKOFF_MAX_MS !== undefined &&
    read.DELIVERY_BACKOFF_MAX_MS < read.DELIVERY_BACKOFF_BASE_MS
  ) {
    throw new AppError('invalid_request', 'The environment variable DELIVERY_BACKOFF_MAX_MS must not be below DELIVERY_BACKOFF_BASE_MS.', {
      field: 'DELIVERY_BACKOFF_MAX_MS',
    })
  }
  return {
    ...(timeouts.length > 0 && { requestTimeoutMs: Math.min(...timeouts) }),
    // We act when something happens; what is left of the interval is how long a doubtful gateway is left alone.
    ...(read.DELIVERY_INTERVAL !== undefined && { fallbackMs: read.DELIVERY_INTERVAL }),
    ...(read.DELIVERY_LIST_LIMIT !== undefined && { takeAtMost: read.DELIVERY_LIST_LIMIT }),
    ...(read.DELIVERY_BACKOFF_BASE_MS !== undefined && { backoffBaseMs: read.DELIVERY_BACKOFF_BASE_MS }),
    ...(read.DELIVERY_BACKOFF_MAX_MS !== undefined && { backoffMaxMs: read.DELIVERY_BACKOFF_MAX_MS }),
    ...(read.DELIVERY_MAX_CONCURRENT_SESSIONS !== undefined && { maxConcurrentSessions: read.DELIVERY_MAX_CONCURRENT_SESSIONS }),
  }
}

function readConfigFile(paths: DataPaths): ConfigFile {
  let content: unknown
  try {
    content = readJsonFile(paths.config)
  } catch (error) {
    throw new AppError('invalid_request', `${paths.config} is not valid JSON. Mend or delete it.`, { cause: error })
  }
  return content === null ? {} : parse(configFile.loose(), content, (name) => `The key ${name || '(root)'} in ${paths.config}`)
}

/** Changes keys of `<data-dir>/config.json`, leaving the others as they are. */
export function updateConfigFile(paths: DataPaths, change: ConfigFile): void {
  writeJsonFile(paths.config, { ...readConfigFile(paths), ...change })
}

export interface LoadConfigOptions {
  readonly version: string
  readonly flags?: ConfigFlags
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly resourcesDir: string
  readonly staticDir: string | null
  /** Used when the environment names none. */
  readonly openclawDir?: string | null
}

/** Reads and checks everything. Throws `AppError` (`invalid_request`) with `field` set to the name of what is wrong. */
export function loadConfig(options: LoadConfigOptions): HostConfig {
  const flags = options.flags ?? {}
  const rawEnv = options.env ?? process.env
  const env = readEnvironment(rawEnv)
  const demo = flags.demo ?? false
  const paths = dataPaths(flags.dataDir ?? env.MISSION_CONTROL_DATA_DIR ?? defaultDataDir({ demo }))
  const file = readConfigFile(paths)

  const host = flags.host ?? env.MISSION_CONTROL_HOST ?? env.HEALTH_HOST ?? file.host ?? '127.0.0.1'
  if (!loopbackHosts.has(host) && flags.allowNonLoopback !== true) {
    const source =
      flags.host !== undefined
        ? '--host'
        : env.MISSION_CONTROL_HOST !== undefined
          ? 'MISSION_CONTROL_HOST'
          : env.HEALTH_HOST !== undefined
            ? 'HEALTH_HOST'
            : `host in ${paths.config}`
    throw new AppError(
      'invalid_request',
      `${source} is ${host}, which other machines can reach. Use 127.0.0.1, or add --allow-non-loopback when you mean it.`,
      { field: source },
    )
  }

  return {
    version: options.version,
    paths,
    demo,
    api: { host, port: flags.port ?? env.MISSION_CONTROL_PORT ?? env.HEALTH_PORT ?? file.port ?? (demo ? apiPort.demo : apiPort.normal) },
    gateway: {
      port: flags.gatewayPort ?? env.MISSION_CONTROL_GATEWAY_PORT ?? file.gateway_port ?? (demo ? gatewayPort.demo : gatewayPort.normal),
      external: externalGateway(env.OPENCLAW_GATEWAY_URL, env.OPENCLAW_GATEWAY_TOKEN),
    },
    logLevel: env.LOG_LEVEL ?? file.log_level ?? 'info',
    openclawDir: env.MISSION_CONTROL_OPENCLAW_DIR ? path.resolve(env.MISSION_CONTROL_OPENCLAW_DIR) : (options.openclawDir ?? null),
    openclawPath: env.MISSION_CONTROL_OPENCLAW_PATH ?? file.openclaw_path ?? null,
    staticDir: options.staticDir,
    resourcesDir: options.resourcesDir,
    tuning: tuningFrom(rawEnv),
  }
}

function externalGateway(url: string | undefined, token: string | undefined): HostConfig['gateway']['external'] {
  if (!url) return null
  const parsed = new URL(url)
  if (!loopbackHosts.has(parsed.hostname.replace(/^\[|\]$/g, ''))) {
    throw new AppError(
      'invalid_request',
      'The environment variable OPENCLAW_GATEWAY_URL must name a gateway on this machine (127.0.0.1). Reach a remote one through an SSH tunnel.',
      { field: 'OPENCLAW_GATEWAY_URL' },
    )
  }
  if (!parsed.port)
    throw new AppError('invalid_request', 'The environment variable OPENCLAW_GATEWAY_URL must name the port, e.g. ws://127.0.0.1:18789.', {
      field: 'OPENCLAW_GATEWAY_URL',
    })
  if (!token)
    throw new AppError('invalid_request', 'The environment variable OPENCLAW_GATEWAY_URL needs OPENCLAW_GATEWAY_TOKEN next to it.', {
      field: 'OPENCLAW_GATEWAY_TOKEN',
    })
  return { url, token }
}
