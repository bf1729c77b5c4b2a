/** Whether a Linux desktop shows tray icons at all: asked over the session bus, with the tool that systemd brings or GLib's. */
import { execFile } from 'node:child_process'

const service = 'org.kde.StatusNotifierWatcher'
const questions = [
  { command: 'busctl', args: ['--user', 'get-property', service, '/StatusNotifierWatcher', service, 'IsStatusNotifierHostRegistered'] },
  {
    command: 'gdbus',
    args: [
      'call',
      '--session',
      '--dest',
      service,
      '--object-path',
      '/StatusNotifierWatcher',
      '--method',
      'org.freedesktop.DBus.Properties.Get',
      service,
      'IsStatusNotifierHostRegistered',
    ],
  },
] as const

/** `b true` (busctl), `(<true>,)` (gdbus); null when it says neither. */
export function parseHostAnswer(output: string): boolean | null {
  if (/\btrue\b/.test(output)) return true
  return /\bfalse\b/.test(output) ? false : null
}

function ask(command: string, args: readonly string[]): Promise<{ output: string; missing: boolean }> {
  return new Promise((resolve) => {
    execFile(command, [...args], { timeout: 2000, windowsHide: true }, (error, stdout) => {
      resolve({ output: error ? '' : stdout, missing: error?.code === 'ENOENT' })
    })
  })
}

/** @returns null when nobody could be asked; false also when the bus has no such service. */
export async function linuxTrayHosted(): Promise<boolean | null> {
  for (const { command, args } of questions) {
    const answer = await ask(command, args)
    if (!answer.missing) return parseHostAnswer(answer.output) ?? false
  }
  return null
}
