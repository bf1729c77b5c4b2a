/**
 * Start at login on Linux, where Electron does nothing: a desktop entry in the autostart folder.
 * https://specifications.freedesktop.org/autostart-spec/latest/ and https://specifications.freedesktop.org/desktop-entry-spec/latest/
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { writeFileAtomic } from '../../../native-services/platform/atomic-file.ts'

export const autostartName = 'openclaw-mission-control.desktop'

/** A relative `XDG_CONFIG_HOME` is to be ignored. */
export function autostartFile(env: Readonly<Record<string, string | undefined>>, home: string): string {
  const config = env['XDG_CONFIG_HOME']
  const base = config !== undefined && path.isAbsolute(config) ? config : path.join(home, '.config')
  return path.join(base, 'autostart', autostartName)
}

/**
 * One argument of an `Exec` line: always quoted. Inside the quotes `"`, `` ` ``, `$` and `\` are escaped; `%` is doubled, for it starts
 * a field code; and the whole is a string value, in which every backslash counts double once more.
 */
export function quoteExecArgument(argument: string): string {
  const quoted = `"${argument.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}"`
  return quoted.replaceAll('\\', '\\\\')
}

/** @throws When a path cannot stand in a desktop entry: it has a line break in it. */
export function desktopEntry(command: string, args: readonly string[]): string {
  if ([command, ...args].some((part) => /[\r\n\0]/.test(part))) throw new Error('The path of the program has a line break in it.')
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Version=1.5',
    'Name=OpenClaw Mission Control',
    'Comment=The control center for OpenClaw agents',
    `Exec=${[command, ...args].map(quoteExecArgument).join(' ')}`,
    'Icon=openclaw-mission-control',
    'Terminal=false',
    'StartupNotify=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}

/** What is there: no entry, one that desktop settings switched off, or one that is on. */
export function readEntry(content: string | null): { readonly state: 'absent' | 'off' | 'on'; readonly exec: string | null } {
  if (content === null) return { state: 'absent', exec: null }
  const values = new Map<string, string>()
  let section = ''
  for (const line of content.split(/\r?\n/)) {
    const header = /^\[(.*)\]$/.exec(line.trim())
    if (header) section = header[1] ?? ''
    const pair = /^([A-Za-z0-9-]+)\s*=\s*(.*)$/.exec(line)
    if (section === 'Desktop Entry' && pair) values.set(pair[1] ?? '', pair[2] ?? '')
  }
  const off = values.get('Hidden') === 'true' || values.get('X-GNOME-Autostart-enabled') === 'false'
  return { state: off ? 'off' : 'on', exec: values.get('Exec') ?? null }
}

function readOrNull(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

export interface LinuxAutostart {
  enabled(): boolean
  set(enabled: boolean): void
  /** At start: an AppImage may have moved since; an entry that is on is made to point at where we are. Returns true when it was rewritten. */
  revalidate(): boolean
}

export function createLinuxAutostart(options: { file: string; command: string; args: readonly string[] }): LinuxAutostart {
  const write = (): void => {
    mkdirSync(path.dirname(options.file), { recursive: true, mode: 0o700 })
    writeFileAtomic(options.file, desktopEntry(options.command, options.args), 0o644)
  }
  return {
    enabled: () => readEntry(readOrNull(options.file)).state === 'on',
    set(enabled) {
      if (enabled) write()
      else rmSync(options.file, { force: true })
    },
    revalidate() {
      const entry = readEntry(readOrNull(options.file))
      const wanted = readEntry(desktopEntry(options.command, options.args)).exec
      if (entry.state !== 'on' || entry.exec === wanted) return false
      write()
      return true
    },
  }
}
