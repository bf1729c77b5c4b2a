/**
 * `mission-control service …`. The service manager itself is played by a script named `systemctl` (no container has one): it starts what the
 * unit says, as systemd would, so that the file that was written is really run. launchd's side is tested as text.
 */
import { execFile } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveOptions, serviceDefinition, type ServiceInput } from '../../native-services/host/os-service.ts'
import { loadConfig } from '../../native-services/platform/config.ts'

const root = path.join(import.meta.dirname, '..', '..')
const builtCli = path.join(root, 'dist', 'native-services', 'cli.js')
const template = (name: string) => readFileSync(path.join(root, 'resources', name), 'utf8')
const input: ServiceInput = {
  platform: 'linux',
  home: '/home/ada',
  uid: 501,
  root: '/srv/mission control',
  node: '/srv/mission control/node',
  options: ['--data-dir', '/data/50% "full"', '--port', '9000'],
}

describe('the definition', () => {
  it('of systemd quotes what systemd would read otherwise, and keeps the rest of the template', () => {
    const definition = serviceDefinition(input)
    const unit = definition.fill(template(definition.template))
    expect(definition.file).toBe('/home/ada/.config/systemd/user/mission-control.service')
    expect(unit).toContain('WorkingDirectory=/srv/mission control\n')
    expect(unit).toContain(
      'ExecStart="/srv/mission control/node" "/srv/mission control/dist/native-services/cli.js" serve --no-open --data-dir "/data/50%% \\"full\\"" --port 9000\n',
    )
    expect(unit).toMatch(/^\[Unit\]\n/)
    expect(unit).not.toContain('/opt/')
    expect(unit).toContain('KillMode=mixed')
    expect(unit).toContain('WantedBy=default.target')
  })

  it('of launchd is a plist with our words, escaped', () => {
    const definition = serviceDefinition({ ...input, platform: 'darwin', home: '/Users/ada', root: '/Users/ada/a & b' })
    const plist = definition.fill(template(definition.template))
    expect(definition.file).toBe('/Users/ada/Library/LaunchAgents/ai.openclaw.mission-control.plist')
    expect(plist).toContain('<string>/Users/ada/a &amp; b</string>')
    const words = /<key>ProgramArguments<\/key>([\s\S]*?)<\/array>/.exec(plist)?.[1] ?? ''
    expect([...words.matchAll(/<string>(.*)<\/string>/g)].map(([, word]) => word)).toEqual([
      '/srv/mission control/node',
      '/Users/ada/a &amp; b/dist/native-services/cli.js',
      'serve',
      '--no-open',
      '--data-dir',
      '/data/50% "full"',
      '--port',
      '9000',
    ])
    expect(plist).not.toContain('/usr/local/')
    expect(definition.start.at(-1)).toEqual({ command: 'launchctl', args: ['bootstrap', 'gui/501', definition.file] })
  })

  it('says by options what this shell says by variables, and no secret', () => {
    const env = {
      MISSION_CONTROL_DATA_DIR: '/data/own',
      HEALTH_PORT: '9100',
      OPENCLAW_GATEWAY_URL: 'ws://127.0.0.1:18789',
      OPENCLAW_GATEWAY_TOKEN: 'a-token-that-nobody-may-read',
    }
    const config = loadConfig({ version: '1', env, resourcesDir: '/r', staticDir: null })
    expect(serveOptions(config, { flags: {}, env })).toEqual({
      words: ['--data-dir', '/data/own', '--port', '9100'],
      left: ['OPENCLAW_GATEWAY_URL', 'OPENCLAW_GATEWAY_TOKEN'],
    })
    const plain = loadConfig({ version: '1', env: {}, resourcesDir: '/r', staticDir: null, flags: { demo: true } })
    expect(serveOptions(plain, { flags: { demo: true }, env: {} }).words).toEqual(['--demo', '--data-dir', plain.paths.root])
  })

  it('has no place for a path that would begin another setting', () => {
    for (const platform of ['linux', 'darwin'] as const)
      expect(() => serviceDefinition({ ...input, platform, options: ['--data-dir', '/data\nExecStartPre=/bin/evil'] })).toThrow(
        /control character/,
      )
  })

  it('is refused where there is neither, with the way to go instead', () => {
    expect(() => serviceDefinition({ ...input, platform: 'win32' })).toThrow(/start at login/)
  })
})

const systemctl = `#!/bin/sh
# Plays systemctl --user for one unit.
unit="$XDG_CONFIG_HOME/systemd/user/mission-control.service"
pidfile="$XDG_CONFIG_HOME/pid"
stop() { [ -f "$pidfile" ] && kill "$(cat "$pidfile")" 2>/dev/null; rm -f "$pidfile"; }
echo "$*" >> "$XDG_CONFIG_HOME/calls"
case "$2" in
  restart)
    stop
    cd "$(sed -n 's/^WorkingDirectory=//p' "$unit" | sed 's/%%/%/g')" || exit 1
    eval "exec $(sed -n 's/^ExecStart=//p' "$unit" | sed 's/%%/%/g')" > "$XDG_CONFIG_HOME/out" 2>&1 &
    echo $! > "$pidfile" ;;
  disable) stop ;;
  is-active) [ -f "$pidfile" ] && kill -0 "$(cat "$pidfile")" 2>/dev/null ;;
  daemon-reload) [ "$FAIL_RELOAD" = 1 ] && { echo "Failed to connect to bus: No medium found" >&2; exit 1; }; exit 0 ;;
esac
`

describe.skipIf(process.platform === 'win32')('the command', () => {
  let home: string
  let env: Record<string, string | undefined>
  beforeAll(() => {
    if (!existsSync(builtCli)) throw new Error('Build first: dist/native-services/cli.js is missing.')
    home = mkdtempSync(path.join(tmpdir(), 'mission-control-service-'))
    mkdirSync(path.join(home, 'bin'))
    mkdirSync(path.join(home, 'config'))
    for (const [name, text] of [
      ['systemctl', systemctl],
      ['loginctl', '#!/bin/sh\nexit 1\n'],
    ] as const) {
      writeFileSync(path.join(home, 'bin', name), text)
      chmodSync(path.join(home, 'bin', name), 0o755)
    }
    env = {
      ...process.env,
      HOME: home,
      XDG_CONFIG_HOME: path.join(home, 'config'),
      PATH: `${path.join(home, 'bin')}:/usr/bin:/bin`,
      MISSION_CONTROL_OPENCLAW_DIR: tmpdir(),
    }
  })
  afterAll(async () => {
    await run('service', 'uninstall')
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  })

  const run = (...args: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const child = execFile(process.execPath, [builtCli, ...args], { env }, (_, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      )
    })
  const install = () =>
    run('service', 'install', '--data-dir', path.join(home, 'data, 100% "mine"'), '--port', '0', '--gateway-port', '39871')

  it('installs, proves that it answers, is installed again, and taken away', async () => {
    expect(await run('service', 'status')).toMatchObject({ code: 1, stdout: expect.stringContaining('Not installed') as string })
    const first = await install()
    expect(first).toMatchObject({ code: 0, stderr: '' })
    const url = /on (http:\S+) and/.exec(first.stdout)?.[1] ?? ''
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    // What cannot be done without an administrator is said.
    expect(first.stdout).toContain('loginctl enable-linger')
    expect(await run('service', 'status')).toMatchObject({ code: 0, stdout: expect.stringContaining('Running') as string })

    expect(await install()).toMatchObject({ code: 0, stderr: '' })
    expect(await run('service', 'uninstall')).toMatchObject({ code: 0 })
    expect(existsSync(path.join(home, 'config', 'systemd', 'user', 'mission-control.service'))).toBe(false)
    expect(existsSync(path.join(home, 'data, 100% "mine"', 'mission-control.sqlite'))).toBe(true)
    expect(await run('service', 'uninstall')).toMatchObject({ code: 0, stdout: expect.stringContaining('no service') as string })
  }, 120_000)

  it('names what the service manager said, and refuses what would fail at the next boot', async () => {
    env['FAIL_RELOAD'] = '1'
    const failed = await install()
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringMatching(/No medium found[\s\S]*XDG_RUNTIME_DIR/) as string })
    env['FAIL_RELOAD'] = '0'
    expect(await run('service', 'install', '--port', 'many')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--port') as string,
    })
    expect(await run('service', 'frob')).toMatchObject({ code: 2 })
  })
})
