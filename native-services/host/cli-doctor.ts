/**
 * `mission-control doctor`: the Doctor of the control center that runs on this data folder; when none does, the checks of
 * `openclaw/diagnose.ts`, which need none.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { type ApiClient, UnreachableError } from '../contract/client.ts'
import { doctorLines, doctorReport, worstDoctorState } from '../contract/doctor.ts'
import { AppError } from '../contract/errors.ts'
import { diagnose } from '../openclaw/diagnose.ts'
import { connectToRunning } from './cli-client.ts'
import { configFrom, type ServeFlags } from './cli-serve.ts'

const lookEveryMs = 250
const withinMs = 180_000

type DoctorFlags = ServeFlags & { json?: boolean; url?: string }

/** Exit code 1 when something is broken. */
export async function doctorCommand(flags: DoctorFlags): Promise<number> {
  const client = connectToRunning(flags)
  if (client) {
    try {
      return await examine(client, flags)
    } catch (error) {
      // It has just ended, or its lock is a left-over: what can be said without it is said.
      if (!(error instanceof UnreachableError) || flags.url !== undefined) throw error
    }
  }
  return examineAlone(flags)
}

async function examine(client: ApiClient, flags: DoctorFlags): Promise<number> {
  let job = await client.call('runDoctor')
  for (let waited = 0; job.state === 'running'; waited += lookEveryMs) {
    if (waited >= withinMs) throw new AppError('internal', 'The Doctor is not done after three minutes. Look at the Doctor page.')
    await wait(lookEveryMs)
    job = await client.call('getJob', { params: { job_id: job.id } })
  }
  const report = doctorReport.safeParse(job.result)
  if (job.state !== 'succeeded' || !report.success) throw new AppError('internal', job.error ?? 'The Doctor ended without a report.')
  console.log(flags.json ? JSON.stringify(report.data, null, 2) : doctorLines(report.data).join('\n'))
  return worstDoctorState(report.data.checks) === 'bad' ? 1 : 0
}

async function examineAlone(flags: DoctorFlags): Promise<number> {
  const { paths, gateway, openclawPath, openclawDir } = configFrom(flags)
  const checks = await diagnose({
    find: { openclawPath, runtimeDir: paths.runtime, openclawDir },
    configFile: paths.openclaw.configFile,
    dataDir: paths.root,
    port: gateway.port,
  })
  if (flags.json) console.log(JSON.stringify(checks, null, 2))
  else
    for (const check of checks)
      console.log(`${check.ok ? 'ok  ' : 'FAIL'} ${check.title}: ${check.detail}${check.remedy ? ` ${check.remedy}` : ''}`)
  return checks.every((check) => check.ok) ? 0 : 1
}
