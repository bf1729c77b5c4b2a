/** The host: supervises the services host and the OpenClaw gateway, and owns secrets and their lifecycle. Used by the desktop and by `mission-control serve`. */
import { AppError } from '../contract/errors.ts'
import type { Host, HostOptions } from './host-types.ts'

/** Takes the data folder's lock, creates the secrets and reads the configuration. Nothing runs before `start()`. */
export function createHost(options: HostOptions): Host {
  throw new AppError('internal', `Not written yet (${options.program}).`)
}
