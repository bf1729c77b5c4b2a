#!/usr/bin/env node
/** The `mission-control` command. `serve` runs the control center without a window; the rest talks to one that runs. */
import { parseArgs } from 'node:util'
import { ApiError, UnreachableError } from './contract/client.ts'
import { AppError } from './contract/errors.ts'
import { agentCommand, gatewayCommand, linkCommand, statusCommand, syncCommand, tokenCommand } from './host/cli-client.ts'
import { backupCommand, diagnosticsCommand } from './host/cli-backup.ts'
import { doctorCommand } from './host/cli-doctor.ts'
import { serveCommand } from './host/cli-serve.ts'
import { serviceCommand } from './host/cli-service.ts'
import { productVersion } from './host/product.ts'

const usage = `mission-control: the control center for OpenClaw agents

  mission-control serve                 run it without a window
      --demo                            scripted model, sample board, a data folder of its own
      --port N                          port of the control center (8642; demo 8643)
      --gateway-port N                  port of the OpenClaw gateway (18789; demo 18889)
      --data-dir DIR                    where everything is kept
      --host ADDRESS --allow-non-loopback   let other machines reach it
      --no-open                         do not open the browser
      --verbose                         print the log
  mission-control service install       run it at boot (systemd, launchd), with these options of serve
  mission-control service uninstall     stop that
  mission-control service status        does it run; ends with 1 when not
  mission-control status [--json]       is everything all right
  mission-control agent list [--json]
  mission-control agent show NAME [--json]
  mission-control agent wake NAME
  mission-control gateway start|stop|restart
  mission-control sync --gateway-id ID  write the agents' files again
      --rotate-tokens                   mint a new token for each agent
      --board-id ID                     only this board
      --include-main, --no-include-main the gateway's main agent too (default) or not
      --lead-only --reset-sessions --force-bootstrap --overwrite
  mission-control doctor [--json]       what is wrong here, and what to do
  mission-control backup list [--json]
  mission-control backup create         back up now
      --include-install-key             with the key that secrets and tokens need on another machine
  mission-control backup restore ID     put a backup in the place of what is here
      --yes                             without it, only say what would be lost
  mission-control diagnostics [FILE]    what somebody who helps needs to know, without secrets
  mission-control link                  a new one-time link for the browser
  mission-control token                 where the operator token is kept
  mission-control --version | --help

Commands that talk to a running one also take --url, --data-dir and --demo.`

async function main(argv: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    allowNegative: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
      json: { type: 'boolean' },
      demo: { type: 'boolean' },
      open: { type: 'boolean' },
      verbose: { type: 'boolean' },
      host: { type: 'string' },
      port: { type: 'string' },
      url: { type: 'string' },
      'allow-non-loopback': { type: 'boolean' },
      'gateway-port': { type: 'string' },
      'data-dir': { type: 'string' },
      'gateway-id': { type: 'string' },
      'board-id': { type: 'string' },
      'rotate-tokens': { type: 'boolean' },
      'include-main': { type: 'boolean' },
      'lead-only': { type: 'boolean' },
      'reset-sessions': { type: 'boolean' },
      'force-bootstrap': { type: 'boolean' },
      overwrite: { type: 'boolean' },
      'include-install-key': { type: 'boolean' },
      yes: { type: 'boolean' },
    },
  })
  if (values.version) {
    console.log(productVersion())
    return 0
  }
  const [command, ...rest] = positionals
  if (values.help || command === undefined || command === 'help') {
    console.log(usage)
    return command === undefined && !values.help ? 2 : 0
  }
  switch (command) {
    case 'serve':
      return serveCommand(values)
    case 'service':
      return serviceCommand(rest, values)
    case 'status':
      return statusCommand(values)
    case 'agent':
      return agentCommand(rest, values)
    case 'gateway':
      return gatewayCommand(rest, values)
    case 'sync':
      return syncCommand(values)
    case 'doctor':
      return doctorCommand(values)
    case 'backup':
      return backupCommand(rest, values, () => import('./offline-backups.ts'))
    case 'diagnostics':
      return diagnosticsCommand(rest, values)
    case 'link':
      return linkCommand(values)
    case 'token':
      return tokenCommand(values)
    default:
      console.error(`There is no command "${command}". See mission-control --help.`)
      return 2
  }
}

function explain(error: unknown): string {
  if (error instanceof UnreachableError) return 'No control center answers. Start it with: mission-control serve'
  if (error instanceof ApiError || error instanceof AppError) return error.message
  return error instanceof Error ? error.message : String(error)
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    console.error(explain(error))
    process.exitCode = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS') ? 2 : 1
  },
)
