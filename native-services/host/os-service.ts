/**
 * Running at boot without a window: the definition that the operating system's own service manager gets, made from the templates in
 * `resources/`. Pure: what is written where and which commands follow; `cli-service.ts` carries it out.
 */
import path from 'node:path'
import { AppError } from '../contract/errors.ts'
import { environmentNames, type HostConfig } from '../platform/config.ts'

export const serviceName = 'mission-control'
const agentLabel = 'ai.openclaw.mission-control'

export interface ServiceInput {
  readonly platform: NodeJS.Platform
  readonly home: string
  /** `$XDG_CONFIG_HOME`, when it is set. */
  readonly configHome?: string | undefined
  /** Number of the user, for launchd's domain. */
  readonly uid: number
  /** Folder of the product; the program and the templates lie in it. */
  readonly root: string
  /** The Node that runs it. */
  readonly node: string
  /** What follows `serve`, e.g. `['--port', '9000']`. */
  readonly options: readonly string[]
}

export interface ServiceDefinition {
  readonly manager: 'systemd' | 'launchd'
  readonly file: string
  /** Which template it is made from, below `resources/`. */
  readonly template: string
  fill(template: string): string
  /** Commands in their order; one that fails ends it unless it `mayFail`. */
  readonly start: readonly ServiceCommand[]
  readonly stop: readonly ServiceCommand[]
  /** Ends with 0 when it runs. */
  readonly look: ServiceCommand
}

export interface ServiceCommand {
  readonly command: string
  readonly args: readonly string[]
  readonly mayFail?: true
  /** What follows for a person when it failed. */
  readonly note?: string
}

/**
 * The options of `serve` that are to be the same at every start. What the shell says by variables is written out, because the service
 * starts without that shell: it would run on another folder and port. Secrets are not: a definition can be read by everybody.
 * @returns `left`: variables of ours that the service will not have.
 */
export function serveOptions(
  config: Pick<HostConfig, 'paths' | 'demo' | 'api' | 'gateway'>,
  given: { readonly flags: Readonly<Record<string, unknown>>; readonly env: Readonly<Record<string, string | undefined>> },
): { words: string[]; left: string[] } {
  const { flags, env } = given
  const words = [...(config.demo ? ['--demo'] : []), '--data-dir', config.paths.root]
  const fixed = [
    { flag: 'host', value: config.api.host, names: ['MISSION_CONTROL_HOST', 'HEALTH_HOST'] },
    { flag: 'port', value: String(config.api.port), names: ['MISSION_CONTROL_PORT', 'HEALTH_PORT'] },
    { flag: 'gateway-port', value: String(config.gateway.port), names: ['MISSION_CONTROL_GATEWAY_PORT'] },
  ]
  // What comes from neither stands in the data folder, and may be changed there.
  for (const { flag, value, names } of fixed)
    if (flags[flag] !== undefined || names.some((name) => env[name])) words.push(`--${flag}`, value)
  if (flags['allow-non-loopback']) words.push('--allow-non-loopback')
  const written = new Set(['MISSION_CONTROL_DATA_DIR', ...fixed.flatMap(({ names }) => names)])
  return { words, left: environmentNames.filter((name) => env[name] && !written.has(name)) }
}

/** Throws `conflict` on a system whose service manager is not one of the two, `invalid_request` for a path that no definition can hold. */
export function serviceDefinition(input: ServiceInput): ServiceDefinition {
  // A line break would begin another setting.
  const odd = [input.root, input.node, ...input.options].find((word) => /\p{Cc}/u.test(word))
  if (odd !== undefined) throw new AppError('invalid_request', `${JSON.stringify(odd)} has a control character in it. Use another path.`)
  if (input.platform === 'linux') return systemdUnit(input)
  if (input.platform === 'darwin') return launchAgent(input)
  throw new AppError(
    'conflict',
    'Only systemd (Linux) and launchd (macOS) are known here. On Windows let the desktop app start at login: Settings, “Start at login”.',
  )
}

const program = (input: ServiceInput): string[] => [
  input.node,
  path.posix.join(input.root, 'dist', 'native-services', 'cli.js'),
  'serve',
  '--no-open',
  ...input.options,
]

function systemdUnit(input: ServiceInput): ServiceDefinition {
  const folder = path.posix.join(input.configHome || path.posix.join(input.home, '.config'), 'systemd', 'user')
  const systemctl = (...args: string[]): ServiceCommand => ({ command: 'systemctl', args: ['--user', ...args] })
  return {
    manager: 'systemd',
    file: path.posix.join(folder, `${serviceName}.service`),
    template: 'systemd/mission-control.service',
    fill: (template) =>
      `[Unit]${template.split('[Unit]').slice(1).join('[Unit]')}`
        .replace(/^WorkingDirectory=.*$/m, () => `WorkingDirectory=${input.root.replaceAll('%', '%%')}`)
        .replace(/^ExecStart=.*$/m, () => `ExecStart=${program(input).map(unitWord).join(' ')}`),
    start: [
      systemctl('daemon-reload'),
      systemctl('enable', serviceName),
      systemctl('restart', serviceName),
      {
        command: 'loginctl',
        args: ['enable-linger'],
        mayFail: true,
        note: 'So it runs while you are logged in. For always, let an administrator run: loginctl enable-linger YOUR-NAME',
      },
    ],
    stop: [
      { ...systemctl('disable', '--now', serviceName), mayFail: true },
      { ...systemctl('daemon-reload'), mayFail: true },
    ],
    look: systemctl('is-active', '--quiet', serviceName),
  }
}

/** A word of `ExecStart=`, quoted: systemd.service(5), “Command lines”, and systemd.unit(5), “Specifiers”. */
function unitWord(word: string): string {
  const escaped = word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')
  return /^[\w@%+=:,./-]+$/.test(word) ? escaped : `"${escaped}"`
}

function launchAgent(input: ServiceInput): ServiceDefinition {
  const file = path.posix.join(input.home, 'Library', 'LaunchAgents', `${agentLabel}.plist`)
  const domain = `gui/${input.uid}`
  const launchctl = (...args: string[]): ServiceCommand => ({ command: 'launchctl', args })
  return {
    manager: 'launchd',
    file,
    template: `launchd/${agentLabel}.plist`,
    fill: (template) =>
      template
        .replace(/<!--[\s\S]*?-->\n/, '')
        .replace(/(<key>WorkingDirectory<\/key>\s*<string>)[^<]*/, (_all, before: string) => before + xml(input.root))
        .replace(
          /(<key>ProgramArguments<\/key>\s*<array>)[\s\S]*?(\s*<\/array>)/,
          (_all, before: string, after: string) =>
            before +
            program(input)
              .map((word) => `\n      <string>${xml(word)}</string>`)
              .join('') +
            after,
        ),
    // One that is there already would be refused.
    start: [{ ...launchctl('bootout', `${domain}/${agentLabel}`), mayFail: true }, launchctl('bootstrap', domain, file)],
    stop: [{ ...launchctl('bootout', `${domain}/${agentLabel}`), mayFail: true }],
    look: launchctl('print', `${domain}/${agentLabel}`),
  }
}

const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
