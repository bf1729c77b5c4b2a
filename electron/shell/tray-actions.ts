/** Carries out what was chosen in the tray: the same operations as the page and the command line use. */
import { createApiClient } from '../../native-services/contract/client.ts'
import type { Host } from '../../native-services/host/host-types.ts'
import type { TrayAction } from './tray-model.ts'

export interface TrayActionOptions {
  readonly host: Pick<Host, 'command' | 'view' | 'operatorToken'>
  readonly open: (route: string | null) => void
  readonly setLoginItem: (enabled: boolean) => void
  readonly quit: () => void
  /** Tells the person what became of it. */
  readonly tell: (title: string, body: string, link: string) => void
  readonly fetch?: typeof fetch
}

/** The outcome of a re-sync in one sentence. */
export function syncSummary(result: {
  agents_updated: number
  agents_skipped: number
  errors: readonly { agent_name: string | null; message: string }[]
}): string {
  const done = `${result.agents_updated} ${result.agents_updated === 1 ? 'agent has a new token' : 'agents have new tokens'}.`
  const first = result.errors[0]
  if (!first) return done
  const failed = `${result.errors.length} failed${first.agent_name ? `, first ${first.agent_name}` : ''}: ${first.message}`
  return `${done} ${failed}`
}

/** @returns A function that never rejects: a failure is told to the person. */
export function createTrayActions(options: TrayActionOptions): (action: TrayAction) => Promise<void> {
  function client() {
    const baseUrl = options.host.view().apiUrl
    if (baseUrl === null) throw new Error('The services are starting. Try again in a moment.')
    const headers = (): Record<string, string> => ({ authorization: `Bearer ${options.host.operatorToken}` })
    return createApiClient({ baseUrl, headers, ...(options.fetch && { fetch: options.fetch }) })
  }

  async function perform(action: TrayAction): Promise<void> {
    switch (action.kind) {
      case 'open':
        return options.open(action.route)
      case 'login-item':
        return options.setLoginItem(action.enabled)
      case 'quit':
        return options.quit()
      case 'gateway': {
        const result = await options.host.command({ action: action.action })
        if (!result.ok) options.tell(`The gateway could not ${action.action}`, result.message ?? 'The Gateway page says why.', '/gateway')
        return
      }
      case 'restart-services': {
        const result = await options.host.command({ action: 'restart-services' })
        if (!result.ok) options.tell('The services were not restarted', result.message ?? 'The log says why.', '/')
        return
      }
      case 'pause-deliveries':
        await client().call('updateSettings', { body: { delivery_paused: action.paused } })
        return
      case 'sync-tokens': {
        const result = await client().call('syncTemplates', {
          params: { gateway_id: action.gatewayId },
          query: { rotate_tokens: true, include_main: true },
        })
        options.tell('Tokens re-synced', 'agents_updated' in result ? syncSummary(result) : 'It goes on in the background.', '/gateway')
      }
    }
  }

  return async (action) => {
    try {
      await perform(action)
    } catch (error) {
      options.tell('That did not work', error instanceof Error ? error.message : String(error), '/')
    }
  }
}
