/** `mission-control doctor`: the checks of `openclaw/diagnose.ts`. Works without a running control center. */
import { diagnose } from '../openclaw/diagnose.ts'
import { configFrom, type ServeFlags } from './cli-serve.ts'

/** Exit code 1 when a check failed. */
export async function doctorCommand(flags: ServeFlags & { json?: boolean }): Promise<number> {
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
