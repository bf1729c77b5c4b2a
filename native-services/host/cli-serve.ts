/** `mission-control serve`: the same host as the desktop's, without a window. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { AppError } from '../contract/errors.ts'
import { type HostConfig, loadConfig } from '../platform/config.ts'
import { createHost } from './host.ts'
import type { HostView } from './host-types.ts'
import { createApiClient } from '../contract/client.ts'
import { oneTimeLink } from './cli-client.ts'
import { builtRenderer, productRoot, productVersion, repositoryOpenclaw } from './product.ts'

export interface ServeFlags {
  demo?: boolean
  open?: boolean
  verbose?: boolean
  host?: string
  port?: string
  'allow-non-loopback'?: boolean
  'gateway-port'?: string
  'data-dir'?: string
}

function portFlag(name: string, value: string | undefined, lowest: number): number | undefined {
  if (value === undefined) return undefined
  const port = Number(value)
  if (!Number.isInteger(port) || port < lowest || port > 65_535)
    throw new AppError('invalid_request', `--${name} must be a port number, not "${value}".`, { field: `--${name}` })
  return port
}

/** The configuration that these flags mean, with what lies around this program. */
export function configFrom(flags: ServeFlags): HostConfig {
  const port = portFlag('port', flags.port, 0)
  const gatewayPort = portFlag('gateway-port', flags['gateway-port'], 1024)
  return loadConfig({
    version: productVersion(),
    resourcesDir: path.join(productRoot(), 'resources'),
    staticDir: builtRenderer(),
    openclawDir: repositoryOpenclaw(),
    flags: {
      demo: flags.demo ?? false,
      allowNonLoopback: flags['allow-non-loopback'] ?? false,
      ...(flags['data-dir'] !== undefined && { dataDir: flags['data-dir'] }),
      ...(flags.host !== undefined && { host: flags.host }),
      ...(port !== undefined && { port }),
      ...(gatewayPort !== undefined && { gatewayPort }),
    },
  })
}

/** Resolves with the exit code when it has been asked to stop. */
export async function serveCommand(flags: ServeFlags): Promise<number> {
  const config = configFrom(flags)
  let said = ''
  const say = (view: HostView): void => {
    const line = gatewayLine(view)
    if (line === null || line === said) return
    said = line
    console.log(line)
  }
  const host = createHost({
    config,
    program: 'mission-control serve',
    consoleLog: flags.verbose ?? false,
    hooks: {
      onChange: say,
      leaveDemo: { restarts: false, leave: () => leaveDemo() },
      onInstall: ({ step, done, total }) => console.log(`Installing OpenClaw (${done}/${total}): ${step}`),
    },
  })

  let leaveDemo = (): void => undefined
  // Before anything runs: a signal in the first second must stop what the start has begun.
  const ended = new Promise<number>((resolve) => {
    let asked = 0
    const stop = (signal: NodeJS.Signals): void => {
      asked += 1
      if (asked > 1) process.exit(1)
      console.log('Stopping…')
      void host.stop().then(() => resolve(signal === 'SIGINT' ? 130 : 0))
    }
    leaveDemo = () => {
      console.log(
        `The demo ends. Your own control center: mission-control serve\nEverything of the demo is in ${config.paths.root}; delete that folder to throw it away.`,
      )
      void host.stop().then(() => resolve(0))
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  })

  await host.start()
  let url: string
  try {
    url = await host.whenReady()
  } catch (error) {
    await host.stop()
    throw error
  }
  console.log(`OpenClaw Mission Control ${config.version}${config.demo ? ' (demo)' : ''} on ${url}, data in ${config.paths.root}`)
  const link = await loginLink(url, host.operatorToken)
  if (link === null) console.log(`Open ${url}`)
  else {
    console.log(`Open ${link}`)
    console.log('The link works once and for a few minutes; stop with Ctrl+C.')
    if (flags.open !== false && hasDisplay()) openBrowser(link)
  }
  return ended
}

/** Null when the API cannot mint one just now: the control center runs all the same, and `mission-control link` prints one later. */
async function loginLink(url: string, operatorToken: string): Promise<string | null> {
  try {
    return await oneTimeLink(createApiClient({ baseUrl: url, headers: () => ({ authorization: `Bearer ${operatorToken}` }) }), url)
  } catch {
    return null
  }
}

function gatewayLine({ gateway }: HostView): string | null {
  switch (gateway.state) {
    case 'running':
      return `Gateway: running on port ${gateway.port} (OpenClaw ${gateway.version ?? 'unknown'}, process ${gateway.pid ?? 'unknown'})`
    case 'adopted':
      return `Gateway: using the one that already runs on port ${gateway.port} (process ${gateway.pid ?? 'unknown'})`
    case 'failed':
    case 'backing-off':
    case 'degraded':
      return `Gateway: ${[gateway.reason, gateway.remedy].filter(Boolean).join(' ')}`
    case 'starting':
      return 'Gateway: starting…'
    default:
      return null
  }
}

function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])
}

function openBrowser(link: string): void {
  const [command, args] =
    process.platform === 'darwin'
      ? ['open', [link]]
      : process.platform === 'win32'
        ? ['cmd', ['/c', 'start', '', link]]
        : ['xdg-open', [link]]
  const child = spawn(command as string, args as string[], { stdio: 'ignore', detached: true, windowsHide: true })
  // Nothing is lost when there is no browser: the link is printed.
  child.on('error', () => undefined)
  child.unref()
}
