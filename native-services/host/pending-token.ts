/**
 * The gateway's next shared token, remembered before anything changes and forgotten when it has become the one. When the change was cut
 * off in the middle, the gateway is asked which of the two it takes.
 */
import { readFileSync, rmSync } from 'node:fs'
import { readGatewayToken, writeGatewayToken } from '../openclaw/configure.ts'
import { gatewayHello } from '../openclaw/probe.ts'
import { writeFileAtomic } from '../platform/atomic-file.ts'
import type { Log } from '../platform/log.ts'
import { registerSecret } from '../platform/redact.ts'

export interface PendingToken {
  remember(token: string): void
  forget(): void
  /** Afterwards the configuration file says what counts, and nothing is pending. */
  settle(port: number): Promise<void>
}

const askWithinMs = 5000

export function createPendingToken(options: { file: string; configFile: string; log: Log }): PendingToken {
  const { file, configFile, log } = options

  function read(): string | null {
    try {
      const token = readFileSync(file, 'utf8').trim()
      registerSecret(token)
      return token.length >= 32 ? token : null
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }

  return {
    remember: (token) => writeFileAtomic(file, `${token}\n`),
    forget: () => rmSync(file, { force: true }),
    async settle(port) {
      const pending = read()
      if (pending === null) return
      // The gateway writes its file before it uses a new token, so the file is right unless the gateway itself says otherwise.
      const accepted = readGatewayToken(configFile) !== pending && (await gatewayHello({ port, token: pending }, askWithinMs)).ok
      if (accepted) writeGatewayToken(configFile, pending)
      log.info('gateway_token.settled', { kept: accepted || readGatewayToken(configFile) === pending ? 'new' : 'old' })
      rmSync(file, { force: true })
    },
  }
}
