/**
 * The services host as Electron's `utilityProcess`: the fuse that forbids running Electron as Node leaves no other child.
 * Its message port becomes the `LinkPort` that both hosts share.
 */
import { utilityProcess } from 'electron'
import type { ForkServices } from '../../native-services/host/host-types.ts'
import { adaptUtilityProcess } from '../services/adapt-utility-process.ts'
import { servicesEnvironment } from '../services/services-environment.ts'

/** @param entry Absolute path of `dist/native-services/services.js`. */
export function createForkServices(entry: string): ForkServices {
  return () =>
    adaptUtilityProcess(
      utilityProcess.fork(entry, [], {
        serviceName: 'mission-control-services',
        stdio: ['ignore', 'pipe', 'pipe'],
        env: servicesEnvironment(process.env),
      }),
    )
}
