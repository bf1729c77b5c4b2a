/** The bundle for somebody who helps: how things are, and nothing secret. Every text passes through two sieves: by field, and by what is known. */
import { readFile } from 'node:fs/promises'
import { arch, cpus, freemem, loadavg, platform, release, totalmem } from 'node:os'
import type { Readable } from 'node:stream'
import { maskAddresses, maskSecrets } from '../domain/mask-secrets.ts'
import { errorText } from '../platform/log.ts'
import { redact } from '../platform/redact.ts'
import { tarGz } from '../platform/tar.ts'
import type { BackupService } from './backup-service.ts'
import type { ApiDeps } from './deps.ts'
import type { Doctor } from './doctor.ts'
import type { ProcessMonitor } from './process-monitor.ts'
import { toWire } from './wire.ts'

const logLines = 2000

export interface DiagnosticsParts {
  readonly doctor: Pick<Doctor, 'newest'>
  readonly monitor: Pick<ProcessMonitor, 'metrics'>
  readonly backups: Pick<BackupService, 'list' | 'state'>
  readonly overview: () => unknown
  readonly dataFolder: () => Promise<unknown>
}

/** A part that cannot be read says so; the others are there all the same. */
async function attempt(read: () => unknown): Promise<unknown> {
  try {
    return await read()
  } catch (error) {
    return { not_available: errorText(error) }
  }
}

/** OpenClaw's configuration; one that is no plain JSON is told line by line, with everything between quotes after a telling name gone. */
async function readConfig(file: string): Promise<unknown> {
  const text = await readFile(file, 'utf8')
  try {
    return JSON.parse(text) as unknown
  } catch {
    return {
      not_json: true,
      length: text.length,
      fields: [...new Set(text.match(/^\s*["']?[A-Za-z][\w-]*["']?(?=\s*:)/gm) ?? [])].map((name) => name.trim()),
    }
  }
}

function rowCounts({ store }: ApiDeps): Record<string, number> {
  const tables = store.db
    .prepare(
      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'search\\_index%' ESCAPE '\\' ORDER BY name`,
    )
    .pluck()
    .all() as string[]
  return Object.fromEntries(
    tables.map((table) => [
      table,
      store.db
        .prepare(`SELECT count(*) FROM "${table.replaceAll('"', '""')}"`)
        .pluck()
        .get() as number,
    ]),
  )
}

export async function createDiagnostics(deps: ApiDeps, parts: DiagnosticsParts): Promise<{ name: string; body: Readable }> {
  const { store, clock } = deps
  const at = clock.now()
  const files: Record<string, unknown> = {
    'about.json': {
      version: deps.version,
      created_at: at,
      demo: deps.demo,
      uptime_ms: at - deps.startedAt,
      platform: platform(),
      release: release(),
      arch: arch(),
      node: process.versions.node,
      electron: process.versions['electron'] ?? null,
      sqlite: await attempt(() => store.db.prepare('SELECT sqlite_version()').pluck().get()),
      cores: cpus().length,
      memory: { total: totalmem(), free: freemem() },
      load: loadavg(),
    },
    'settings.json': await attempt(() => store.settings.get()),
    'overview.json': await attempt(parts.overview),
    'runtime.json': await attempt(() => ({
      gateway: deps.live.gateway(),
      runtime: deps.live.runtime(),
      provider: deps.live.modelProvider(),
      connection: deps.connection.state(),
    })),
    'openclaw-config.json': await attempt(() => readConfig(deps.machine.configPath)),
    'doctor.json': await attempt(() => parts.doctor.newest()),
    'database.json': await attempt(() => ({ schema_version: store.db.pragma('user_version', { simple: true }), rows: rowCounts(deps) })),
    'processes.json': await attempt(() => parts.monitor.metrics()),
    'data-folder.json': await attempt(parts.dataFolder),
    'backups.json': await attempt(async () => ({ items: parts.backups.list(), state: await parts.backups.state() })),
    'agents.json': await attempt(() =>
      store.agents.all().map(({ id, role, status, status_reason, token_status, wake_attempts, last_seen_at, last_provision_error }) => ({
        id,
        role,
        status,
        status_reason,
        token_status,
        wake_attempts,
        last_seen_at,
        last_provision_error,
      })),
    ),
  }
  const { items: lines } = await deps.logs.list({ limit: logLines }).catch(() => ({ items: [] }))
  const clean = (value: unknown): string => redact(JSON.stringify(maskSecrets(toWire(value)), null, 2))
  const name = `mission-control-diagnostics-${new Date(at).toISOString().slice(0, 19).replace(/[:T]/g, '-')}`
  const entry = (file: string, text: string) => ({ name: `${name}/${file}`, at, content: Buffer.from(`${text}\n`) })
  return {
    name: `${name}.tar.gz`,
    body: tarGz([
      ...Object.entries(files).map(([file, value]) => entry(file, clean(value))),
      entry('log.ndjson', lines.map((line) => redact(maskAddresses(JSON.stringify(toWire(line))))).join('\n')),
    ]),
  }
}
