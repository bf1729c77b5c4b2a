/** Whether "start at login" can be offered: the program must be installed somewhere that will still be there tomorrow. */
import path from 'node:path'

export interface Installation {
  readonly platform: string
  readonly packaged: boolean
  /** The running executable. */
  readonly executable: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly temporaryFolder: string
}

export type Availability = { readonly available: true } | { readonly available: false; readonly reason: string }

/** Windows paths compare without case; the separators are the platform's. */
function isBelow(platform: string, folder: string, file: string): boolean {
  if (folder === '') return false
  const of = platform === 'win32' ? path.win32 : path.posix
  const normal = (value: string): string => (platform === 'win32' ? value.toLowerCase() : value)
  const relative = of.relative(normal(folder), normal(file))
  return relative !== '' && !relative.startsWith('..') && !of.isAbsolute(relative)
}

/** What the login entry starts: the AppImage file itself, since its contents are mounted anew at every start. */
export function startCommand(installation: Pick<Installation, 'platform' | 'executable' | 'env'>): string {
  const appImage = installation.platform === 'linux' ? installation.env['APPIMAGE'] : undefined
  return appImage !== undefined && appImage !== '' ? appImage : installation.executable
}

export function loginItemAvailability(installation: Installation): Availability {
  const { platform, env } = installation
  const refuse = (reason: string): Availability => ({ available: false, reason })
  if (!installation.packaged) return refuse('Only an installed app can start at login; this one runs from its sources.')
  if (platform === 'linux' && env['FLATPAK_ID'])
    return refuse('A Flatpak may not add itself to the programs that start at login. Add it in the settings of the desktop.')
  if (platform === 'linux' && env['SNAP'])
    return refuse('A snap may not add itself to the programs that start at login. Add it in the settings of the desktop.')
  const program = startCommand(installation)
  if (platform === 'darwin') {
    if (program.startsWith('/Volumes/')) return refuse('The app runs from a disk image. Move it to Applications first.')
    if (program.includes('/AppTranslocation/')) return refuse('macOS runs the app from a temporary place. Move it to Applications first.')
  }
  const temporary = [
    installation.temporaryFolder,
    ...(platform === 'win32' ? [env['TEMP'] ?? '', env['TMP'] ?? ''] : ['/tmp', '/var/tmp', '/private/tmp', '/private/var/folders']),
  ]
  if (temporary.some((folder) => isBelow(platform, folder, program)))
    return refuse('The app runs from a temporary folder. Move it somewhere lasting first.')
  return { available: true }
}
