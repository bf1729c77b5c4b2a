/**
 * Logging: one line per fact, `event key=value …`, redacted before any sink sees it.
 * electron-log writes the rotating file (the same library in Electron and in plain Node); listeners feed the live stream.
 */
import electronLog from 'electron-log/node'
import { redact } from './redact.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'
const order: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

export interface LogEntry {
  at: number
  level: LogLevel
  scope: string
  message: string
  agent_id: string | null
  request_id: string | null
  run_id: string | null
}

export type LogFields = Record<string, string | number | boolean | null | undefined>

export interface Log {
  debug(event: string, fields?: LogFields): void
  info(event: string, fields?: LogFields): void
  warn(event: string, fields?: LogFields): void
  error(event: string, fields?: LogFields): void
  /** The same log under another scope. */
  scope(name: string): Log
}

export interface RootLog extends Log {
  /** Receives every entry, redacted. Returns how to stop. */
  listen(listener: (entry: LogEntry) => void): () => void
}

function format(fields: LogFields | undefined): string {
  if (!fields) return ''
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${typeof value === 'string' && /[\s="]/.test(value) ? JSON.stringify(value) : String(value)}`)
    .join('')
}

/**
 * @param options.file Where to write; rotated at 10 MB. Absent: no file.
 * @param options.level Lines below it are dropped.
 * @param options.console Also print (the headless host does; the services host, whose output is a pipe, does not).
 */
export function createLog(options: { scope: string; level?: LogLevel; file?: string; console?: boolean }): RootLog {
  const threshold = order.indexOf(options.level ?? 'info')
  const listeners = new Set<(entry: LogEntry) => void>()
  const logger = electronLog.create({ logId: `${options.scope}-${process.pid}-${Math.random().toString(36).slice(2)}` })
  logger.transports.console.level = false
  logger.transports.file.level = options.file ? 'debug' : false
  if (options.file) {
    const file = options.file
    logger.transports.file.resolvePathFn = () => file
    logger.transports.file.maxSize = 10 * 1024 * 1024
    logger.transports.file.format = '{text}'
  }

  function write(scope: string, level: LogLevel, event: string, fields?: LogFields): void {
    if (order.indexOf(level) < threshold) return
    const entry: LogEntry = {
      at: Date.now(),
      level,
      scope,
      message: redact(event + format(fields)),
      agent_id: typeof fields?.['agent_id'] === 'string' ? fields['agent_id'] : null,
      request_id: typeof fields?.['request_id'] === 'string' ? fields['request_id'] : null,
      run_id: typeof fields?.['run_id'] === 'string' ? fields['run_id'] : null,
    }
    if (options.file) logger[level](JSON.stringify(entry))
    if (options.console) process.stderr.write(`${new Date(entry.at).toISOString()} ${level.padEnd(5)} ${scope}: ${entry.message}\n`)
    for (const listener of listeners) listener(entry)
  }

  function at(scope: string): Log {
    return {
      debug: (event, fields) => write(scope, 'debug', event, fields),
      info: (event, fields) => write(scope, 'info', event, fields),
      warn: (event, fields) => write(scope, 'warn', event, fields),
      error: (event, fields) => write(scope, 'error', event, fields),
      scope: (name) => at(name),
    }
  }

  return {
    ...at(options.scope),
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** The text of anything that was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
