/** OpenClaw's own check of its configuration, by its command line: a second and 200 MB, so only when a person asks. */
import { execFile } from 'node:child_process'
import { redact } from '../platform/redact.ts'
import { gatewayEnvironment } from './environment.ts'

export interface ConfigVerdict {
  readonly ok: boolean
  /** What it said, in words; empty when it said nothing. */
  readonly output: string
}

/** What a person needs of `config validate --json`: the issues, or the text as it is. */
export function readVerdict(code: number, stdout: string, stderr: string): ConfigVerdict {
  let issues: string[] = []
  let valid = code === 0
  try {
    const answer = JSON.parse(stdout) as { valid?: unknown; ok?: unknown; issues?: unknown; errors?: unknown; error?: unknown }
    if (answer.valid === false || answer.ok === false) valid = false
    const list = [answer.issues, answer.errors].find(Array.isArray) ?? []
    issues = list.map((issue: unknown) => {
      const { path, message } = (typeof issue === 'object' && issue !== null ? issue : {}) as { path?: unknown; message?: unknown }
      if (typeof message !== 'string') return JSON.stringify(issue)
      return `${Array.isArray(path) ? path.join('.') : typeof path === 'string' ? path : ''}: ${message}`.replace(/^: /, '')
    })
    const said = typeof answer.error === 'object' && answer.error !== null ? (answer.error as { message?: unknown }).message : answer.error
    if (issues.length === 0 && typeof said === 'string') issues = [said]
  } catch {
    // Not JSON: what it wrote is shown as it is.
  }
  const text = issues.length > 0 ? issues.join('; ') : valid ? '' : stderr.trim() || stdout.trim()
  return { ok: valid, output: redact(text).slice(0, 2000) }
}

/** Null when it could not be run at all. */
export function validateConfig(options: {
  nodePath: string
  entry: string
  configFile: string
  stateDir: string
  timeoutMs?: number
}): Promise<ConfigVerdict | null> {
  const { nodePath, entry, configFile, stateDir } = options
  return new Promise((resolve) => {
    execFile(
      nodePath,
      [entry, 'config', 'validate', '--json'],
      { env: gatewayEnvironment({ configFile, stateDir, nodePath }), timeout: options.timeoutMs ?? 30_000, windowsHide: true },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null
        resolve(code === null ? null : readVerdict(code, stdout, stderr))
      },
    )
  })
}
