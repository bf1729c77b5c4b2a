/** Chromium's permissions: all refused but the two that the page uses. Both handlers are needed: many web APIs check and never request. */
import { isAppUrl } from '../app-origin.ts'
import type { SessionPort } from '../ports.ts'

const granted: ReadonlySet<string> = new Set(['notifications', 'clipboard-sanitized-write'])

/** @param origin Address or origin of who asks, as Chromium states it (`app://mission-control`). */
export function permissionGranted(permission: string, origin: string): boolean {
  return granted.has(permission) && isAppUrl(origin)
}

export function guardPermissions(session: SessionPort): void {
  session.setPermissionRequestHandler((_contents, permission, callback, details) => {
    callback(permissionGranted(permission, details.requestingUrl ?? ''))
  })
  session.setPermissionCheckHandler((_contents, permission, origin) => permissionGranted(permission, origin))
}
