/**
 * The steps that provisioning and token re-sync have in common: bring the workspace of one agent to what it should be, and prove it.
 * The order is what makes it safe: write the new token, read it back, and only then make it known; the old one stays good until the
 * agent has used the new one. Whatever instant a crash picks, some token in the workspace works or a repeat mends it.
 */
import { GatewayError } from '../gateway/types.ts'
import type { AgentRow } from '../store/agents.ts'
import { renderBlock, spliceBlock, stripBlock } from './agents-block.ts'
import { type LifecycleContext, recordAgentEvent } from './lifecycle-context.ts'
import {
  readCredentials,
  readWorkspaceText,
  removeControlFolder,
  writeCommand,
  writeCredentials,
  writeWorkspaceText,
} from './workspace-files.ts'

const agentsFile = 'AGENTS.md'

/** How the token in the workspace relates to the one we know. */
export type TokenState = 'matches' | 'matches_previous' | 'missing' | 'differs'

export function tokenInWorkspace(context: LifecycleContext, agent: AgentRow): { state: TokenState; token: string | null } {
  const token = readCredentials(agent.workspace_path)?.auth_token ?? null
  if (token === null) return { state: 'missing', token }
  const match = context.tokens.match(agent, token)
  return { state: match === 'current' ? 'matches' : match === 'previous' ? 'matches_previous' : 'differs', token }
}

export interface NewToken {
  /** Writes it to the workspace. Throws when the disk refuses. */
  write(): void
  /** True when the file now says what was written. */
  readBack(): boolean
  /** Makes it the agent's token; the one before stays good until this one is first used. */
  commit(): void
}

export function newToken(context: LifecycleContext, agent: AgentRow, options: { force?: boolean } = {}): NewToken {
  const { store, clock } = context
  const minted = context.tokens.mint()
  const credentials = { base_url: context.baseUrl(), agent_id: agent.id, board_id: agent.board_id, auth_token: minted.token }
  return {
    write: () => void writeCredentials(agent.workspace_path, credentials, options),
    readBack: () => readCredentials(agent.workspace_path)?.auth_token === minted.token,
    commit() {
      const { token: _, ...fields } = minted
      store.write(() => {
        const current = store.agents.get(agent.id)
        if (!current) return
        store.agents.update(agent.id, {
          ...fields,
          previous_token_prefix: current.token_prefix,
          previous_token_hash: current.token_hash,
          token_status: 'unverified',
          token_verified_at: null,
          token_rotated_at: clock.now(),
        })
        if (current.token_hash !== null)
          recordAgentEvent(context, current, {
            event_type: 'agent.token.rotated',
            message: `${current.name} has a new token (${minted.token_hint}).`,
          })
      })
    },
  }
}

/** Same token, present base URL and board. */
export function refreshCredentials(context: LifecycleContext, agent: AgentRow, token: string, options: { force?: boolean } = {}): boolean {
  return writeCredentials(
    agent.workspace_path,
    { base_url: context.baseUrl(), agent_id: agent.id, board_id: agent.board_id, auth_token: token },
    options,
  )
}

export function refreshCommand(context: LifecycleContext, agent: AgentRow, options: { force?: boolean } = {}): boolean {
  return writeCommand(agent.workspace_path, { resourcesDir: context.resourcesDir, ...options })
}

/**
 * Our block in AGENTS.md, through the gateway when it is there (it checks that nobody else wrote in between), else on disk.
 * Returns true when something was written.
 */
export async function writeAgentsBlock(context: LifecycleContext, agent: AgentRow, options: { force?: boolean } = {}): Promise<boolean> {
  const board = agent.board_id === null ? null : (context.store.boards.get(agent.board_id) ?? null)
  const block = renderBlock({ agent, board, resourcesDir: context.resourcesDir })
  if (context.gatewayUp() && context.files.supports(agentsFile) !== false) {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const file = await throughGateway(() => context.files.get(agent.gateway_agent_id, agentsFile))
      if (file === null) break
      const content = spliceBlock(file.content, block)
      if (content === file.content && !options.force) return false
      keepVersion(context, agent, file.hash === null ? null : file.content, { seen: true })
      const outcome = await throughGateway(() => context.files.set(agent.gateway_agent_id, agentsFile, content, file.hash))
      if (outcome === 'written') {
        keepVersion(context, agent, content)
        return true
      }
      if (outcome !== 'stale') break
    }
  }
  const found = readWorkspaceText(agent.workspace_path, agentsFile)
  const before = found ?? ''
  const content = spliceBlock(before, block)
  if (content === before && !options.force) return false
  keepVersion(context, agent, found, { seen: true })
  writeWorkspaceText(agent.workspace_path, agentsFile, content)
  keepVersion(context, agent, content)
  return true
}

/** What stood in AGENTS.md before us and after us can be compared and restored. */
function keepVersion(context: LifecycleContext, agent: AgentRow, content: string | null, options: { seen?: boolean } = {}): void {
  const { store } = context
  if (content === null) return
  store.write(() => {
    if (!store.agents.get(agent.id)) return
    store.agentFileVersions.keep({
      agent_id: agent.id,
      name: agentsFile,
      content,
      author_name: options.seen ? 'Outside Mission Control' : 'Mission Control',
      reason: options.seen ? 'As it was before our part was written' : 'Our part of the file',
    })
  })
}

/** Takes what we added out of a workspace that was there before us. */
export function removeOurTraces(agent: AgentRow): void {
  const content = readWorkspaceText(agent.workspace_path, agentsFile)
  const rest = content === null ? null : stripBlock(content)
  if (rest !== null && rest !== content) writeWorkspaceText(agent.workspace_path, agentsFile, rest)
  removeControlFolder(agent.workspace_path)
}

/** A gateway that does not know the agent (yet) must not keep us from writing a local file. */
async function throughGateway<Result>(ask: () => Promise<Result>): Promise<Result | null> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof GatewayError && (error.failure === 'rejected' || error.failure === 'unavailable')) return null
    throw error
  }
}

/** A real authenticated call with the credentials as they stand in the workspace. */
export async function verifyWorkspaceToken(
  context: LifecycleContext,
  agent: AgentRow,
): Promise<{ ok: true } | { ok: false; reason: 'refused' | 'unreachable'; message: string }> {
  const credentials = readCredentials(agent.workspace_path)
  if (!credentials?.auth_token || !credentials.base_url)
    return { ok: false, reason: 'refused', message: 'There are no credentials in its workspace.' }
  const check = await context.checkToken({ base_url: credentials.base_url, auth_token: credentials.auth_token })
  const { store, clock } = context
  store.write(() => {
    const current = store.agents.get(agent.id)
    if (!current) return
    if (check.ok) store.agents.update(agent.id, { token_status: 'in_sync', token_verified_at: clock.now() })
    else if (check.reason === 'refused') store.agents.update(agent.id, { token_status: 'drifted' })
  })
  return check
}
