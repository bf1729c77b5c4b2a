/** Commands to the host and their answers, matched by id. */
import type { CommandOutcome } from './live-state.ts'
import { AppError } from '../contract/errors.ts'
import type { HostCommand, HostToServices, ServicesToHost } from '../contract/host-link.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { createId } from '../platform/ids.ts'

const answerWithinMs = 30_000
const registryWithinMs = 90_000
/** It fetches some hundred megabytes. */
const installWithinMs = 3_600_000

interface Waiting {
  resolve(outcome: CommandOutcome): void
  reject(error: Error): void
  timer: TimerHandle
}

export function createHostCommands(options: { clock: Clock; post: ((message: ServicesToHost) => void) | null }) {
  const waiting = new Map<string, Waiting>()

  function take(id: string): Waiting | undefined {
    const found = waiting.get(id)
    waiting.delete(id)
    found?.timer.cancel()
    return found
  }

  return {
    /** Rejects with `gateway_unavailable` when the host does not answer in time. */
    send(command: HostCommand): Promise<CommandOutcome> {
      const { post } = options
      if (!post) return Promise.reject(new AppError('gateway_unavailable', 'There is no host to ask.'))
      const id = createId()
      return new Promise((resolve, reject) => {
        const within =
          command.action === 'install-runtime' ? installWithinMs : command.action === 'ask-registry' ? registryWithinMs : answerWithinMs
        const timer = options.clock.setTimer(within, () =>
          take(id)?.reject(new AppError('gateway_unavailable', 'The host did not answer in time. Try again.')),
        )
        waiting.set(id, { resolve, reject, timer })
        post({ type: 'gateway-command', command_id: id, command })
      })
    },
    resolve(result: Extract<HostToServices, { type: 'command-result' }>): void {
      take(result.command_id)?.resolve({ ok: result.ok, message: result.message, data: result.data })
    },
    stop(): void {
      for (const id of waiting.keys()) take(id)?.reject(new AppError('shutting_down', 'The control center is shutting down.'))
    },
  }
}
