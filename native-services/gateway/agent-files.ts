/** The files that OpenClaw injects into an agent's prompt, read and written through the gateway. */
import { type GatewayConnection, GatewayError } from './types.ts'

export interface AgentFile {
  content: string
  /** Null when the file does not exist. */
  hash: string | null
  /** When it was last written, ms epoch, if the gateway says so. */
  updated_at?: number | null
}

export interface AgentFiles {
  /** Null when this gateway does not accept a file of that name. */
  get(agentId: string, name: string): Promise<AgentFile | null>
  /** `unsupported` when this gateway does not accept the name, `stale` when somebody changed the file since it was read. */
  set(agentId: string, name: string, content: string, expectedHash: string | null): Promise<'written' | 'stale' | 'unsupported'>
  /** False once the gateway has refused the name; undefined while nobody asked. */
  supports(name: string): boolean | undefined
}

const unsupported = (error: unknown): boolean =>
  error instanceof GatewayError && error.failure === 'rejected' && /unsupported file/i.test(error.message)
const stale = (error: unknown): boolean =>
  error instanceof GatewayError && error.failure === 'rejected' && /hash|changed since|conflict/i.test(error.message)

export function createAgentFiles(gateway: GatewayConnection): AgentFiles {
  // Which names are accepted differs between versions of OpenClaw: it is found out, and forgotten when another gateway answers.
  let version: string | null = null
  let known = new Map<string, boolean>()
  function learn(name: string, accepted: boolean): void {
    const current = gateway.state().version
    if (current !== version) {
      version = current
      known = new Map()
    }
    known.set(name, accepted)
  }

  return {
    async get(agentId, name) {
      try {
        const answer = await gateway.request('agents.files.get', { agentId, name })
        learn(name, true)
        const file = (answer['file'] ?? {}) as { content?: unknown; hash?: unknown; missing?: unknown; updatedAtMs?: unknown }
        if (file.missing === true) return { content: '', hash: null }
        return {
          content: typeof file.content === 'string' ? file.content : '',
          hash: typeof file.hash === 'string' ? file.hash : null,
          updated_at: typeof file.updatedAtMs === 'number' ? Math.round(file.updatedAtMs) : null,
        }
      } catch (error) {
        if (!unsupported(error)) throw error
        learn(name, false)
        return null
      }
    },
    async set(agentId, name, content, expectedHash) {
      try {
        await gateway.request('agents.files.set', { agentId, name, content, ...(expectedHash !== null && { expectedHash }) })
        learn(name, true)
        return 'written'
      } catch (error) {
        if (unsupported(error)) {
          learn(name, false)
          return 'unsupported'
        }
        if (stale(error)) return 'stale'
        throw error
      }
    },
    supports: (name) => (gateway.state().version === version ? known.get(name) : undefined),
  }
}
