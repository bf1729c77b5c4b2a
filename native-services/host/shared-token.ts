/** The token that the gateway and we share: which one counts now, and the phases of its rotation (see the host link). */
import type { HostCommand } from '../contract/host-link.ts'
import { readGatewayToken, writeGatewayToken } from '../openclaw/configure.ts'
import { errorText, type Log } from '../platform/log.ts'
import { registerSecret } from '../platform/redact.ts'
import { type CommandResult, done, refused } from './host-types.ts'
import { createPendingToken } from './pending-token.ts'

export interface SharedToken {
  /** Null while there is no configuration. */
  readonly current: string | null
  /** Looks at the configuration, and tells when there is another one. */
  publish(): void
  /** Finds out what counts after a rotation that was cut off. Throws when the configuration cannot be read or written. */
  settle(): Promise<void>
  /** The same for somebody who cannot wait for it: what goes wrong is logged. */
  settleLater(): void
  change(command: Extract<HostCommand, { action: 'gateway-token' }>): CommandResult
}

export function createSharedToken(options: {
  /** That of a gateway that somebody else runs: it never changes here. */
  external: string | null
  /** Remembers the next one while a rotation is under way. */
  pendingFile: string
  configFile: string
  port: () => number
  log: Log
  onChange: (token: string | null) => void
}): SharedToken {
  const { external, configFile, log } = options
  const pending = createPendingToken({ file: options.pendingFile, configFile, log })
  let current = external ?? onDisk() ?? null
  registerSecret(current)

  /** Undefined when the file cannot be read. */
  function onDisk(): string | null | undefined {
    try {
      return readGatewayToken(configFile)
    } catch {
      return undefined
    }
  }

  function publish(): void {
    const token = external ?? onDisk()
    // A file that somebody broke says nothing about the gateway that runs: it goes on with what it read.
    if (token === undefined || token === current) return
    current = token
    registerSecret(token)
    options.onChange(token)
  }

  async function settle(): Promise<void> {
    if (external !== null) return
    await pending.settle(options.port())
    publish()
  }

  return {
    get current() {
      return current
    },
    publish,
    settle,
    settleLater: () => void settle().catch((error: unknown) => log.warn('gateway_token.unsettled', { error: errorText(error) })),
    change({ phase, token }) {
      if (external !== null) return refused('The gateway is set by OPENCLAW_GATEWAY_URL: change its token there.')
      if (phase === 'remember' || phase === 'commit') {
        if (token === undefined) return refused('No token was given.')
        if (typeof onDisk() !== 'string')
          return refused(`There is no token in ${configFile}, or it refers to one that is kept elsewhere. Change it there.`)
        registerSecret(token)
        if (phase === 'remember') pending.remember(token)
        // The gateway has written it already when it was running.
        else if (readGatewayToken(configFile) !== token) writeGatewayToken(configFile, token)
      }
      if (phase === 'commit' || phase === 'reread') publish()
      if (phase === 'commit' || phase === 'forget') pending.forget()
      return done
    },
  }
}
