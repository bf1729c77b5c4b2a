/**
 * The files that reach an agent's prompt: read, written, compared, restored. Through the gateway while it is there, else in the folder
 * of a gateway on this machine. Nobody's edit is lost: a write names the content it replaces, and what is replaced is kept as a version.
 */
import { lstatSync } from 'node:fs'
import {
  type AgentFile,
  type AgentFileInfo,
  type AgentFileName,
  agentFileNames,
  type AppliedTemplate,
  promptLimitChars,
} from '../contract/agent-files.ts'
import { AppError } from '../contract/errors.ts'
import { GatewayError } from '../gateway/types.ts'
import { errorText } from '../platform/log.ts'
import { redact } from '../platform/redact.ts'
import { contentHash } from '../store/agent-file-versions.ts'
import type { AgentRow } from '../store/agents.ts'
import type { Stored } from '../store/rows.ts'
import { blockOf, hasMarker, managedLines, renderBlock, spliceBlock } from './agents-block.ts'
import { fillTemplate, readTemplates } from './agent-templates.ts'
import { type LifecycleContext, recordAgentEvent } from './lifecycle-context.ts'
import { readWorkspaceText, writeWorkspaceText } from './workspace-files.ts'
import path from 'node:path'

export type AgentDocument = Stored<AgentFile>
type TemplateChoice = { template: AgentRow['role']; names: readonly AgentFileName[]; dry_run: boolean; overwrite: boolean }

/** Errors: `conflict` (with `data.current_hash`), `gateway_unavailable`, `gateway_error`, `not_found`, `invalid_request`. */
export interface AgentDocuments {
  list(agent: AgentRow): Promise<{ items: Stored<AgentFileInfo>[]; source: AgentFile['source'] }>
  read(agent: AgentRow, name: AgentFileName): Promise<AgentDocument>
  /** @param edit.expectedHash Of the content that the edit began with; null when there was no file. */
  write(
    agent: AgentRow,
    name: AgentFileName,
    edit: { content: string; expectedHash: string | null; author: string; reason: string | null },
  ): Promise<AgentDocument>
  /** Writes a version again. Without `expectedHash` over whatever stands there now. */
  restore(
    agent: AgentRow,
    name: AgentFileName,
    choice: { versionId: string; author: string; expectedHash?: string | null | undefined },
  ): Promise<AgentDocument>
  applyTemplate(agent: AgentRow, choice: TemplateChoice & { author: string }): Promise<AppliedTemplate>
}

/** Larger files are not for a prompt, and not for a page. */
const readLimitBytes = 2 * 1024 * 1024
const outside = 'Outside Mission Control'

interface Loaded {
  source: AgentFile['source']
  /** Null when there is no file. */
  content: string | null
  /** The gateway's own mark of this content, for its compare-and-set. */
  gatewayHash: string | null
  updated_at: number | null
}

const hashOf = (content: string | null): string | null => (content === null ? null : contentHash(content))

function onDisk(workspace: string, name: AgentFileName): Loaded {
  const stat = lstatSync(path.join(workspace, name), { throwIfNoEntry: false })
  // An agent can make a link; what it points to is not the agent's to show.
  if (stat && !stat.isFile()) throw new AppError('conflict', `${name} is not a plain file. Replace it by one in ${workspace}.`)
  if (stat && stat.size > readLimitBytes)
    throw new AppError('payload_too_large', `${name} has ${stat.size} bytes, too many to show. Shorten it in ${workspace}.`)
  return {
    source: 'workspace',
    content: stat ? readWorkspaceText(workspace, name) : null,
    gatewayHash: null,
    updated_at: stat ? Math.round(stat.mtimeMs) : null,
  }
}

export function createAgentDocuments(context: LifecycleContext): AgentDocuments {
  const { store } = context

  function refused(error: unknown, agent: AgentRow, name: AgentFileName): AppError {
    if (error instanceof AppError) return error
    const away = error instanceof GatewayError && error.failure !== 'rejected' && error.failure !== 'failed'
    return new AppError(away ? 'gateway_unavailable' : 'gateway_error', `${name} of ${agent.name}: ${redact(errorText(error))}`, {
      cause: error,
    })
  }

  /** Null when this gateway does not read a file of that name. */
  async function load(agent: AgentRow, name: AgentFileName): Promise<Loaded | null> {
    const isLocal = store.gateways.get(agent.gateway_id)?.is_local ?? false
    if (context.gatewayUp()) {
      try {
        const file = await context.files.get(agent.gateway_agent_id, name)
        if (file === null) return null
        const present = file.hash !== null
        return {
          source: 'gateway',
          content: present ? file.content : null,
          gatewayHash: file.hash,
          updated_at: present ? (file.updated_at ?? mtime(agent, name)) : null,
        }
      } catch (error) {
        // It may not know the agent yet, or have gone away just now; its folder is here.
        const passing = error instanceof GatewayError && (error.failure === 'rejected' || error.failure === 'unavailable')
        if (!passing || !isLocal) throw refused(error, agent, name)
      }
    }
    if (!isLocal)
      throw new AppError(
        'gateway_unavailable',
        'The gateway is on another machine and does not answer. Its files can be seen when it is back.',
      )
    return onDisk(agent.workspace_path, name)
  }

  function mtime(agent: AgentRow, name: AgentFileName): number | null {
    const stat = lstatSync(path.join(agent.workspace_path, name), { throwIfNoEntry: false })
    return stat ? Math.round(stat.mtimeMs) : null
  }

  async function mustLoad(agent: AgentRow, name: AgentFileName): Promise<Loaded> {
    const loaded = await load(agent, name)
    if (loaded === null) throw new AppError('not_found', `This version of OpenClaw does not read ${name}.`)
    return loaded
  }

  /** Somebody wrote it without us: their text becomes a version too. */
  function keepSeen(agent: AgentRow, name: AgentFileName, content: string | null): void {
    if (content === null) return
    const newest = store.agentFileVersions.newestHash(agent.id, name)
    if (newest === contentHash(content) || !store.agents.get(agent.id)) return
    const reason = newest === null ? 'As it was when first seen' : 'Found changed'
    store.write(() => store.agentFileVersions.keep({ agent_id: agent.id, name, content, author_name: outside, reason }))
  }

  function warningsFor(name: AgentFileName, content: string): string[] {
    const limit = promptLimitChars(name)
    return content.length > limit
      ? [`It has ${content.length} characters; OpenClaw puts only the first ${limit} of ${name} into the prompt.`]
      : []
  }

  const info = (name: AgentFileName, loaded: Loaded): Stored<AgentFileInfo> => ({
    name,
    missing: loaded.content === null,
    size: Buffer.byteLength(loaded.content ?? ''),
    hash: hashOf(loaded.content),
    updated_at: loaded.updated_at,
  })

  const show = (name: AgentFileName, loaded: Loaded, more: readonly string[] = []): AgentDocument => ({
    ...info(name, loaded),
    content: loaded.content ?? '',
    managed: name === 'AGENTS.md' ? managedLines(loaded.content ?? '') : null,
    source: loaded.source,
    warnings: [...more, ...warningsFor(name, loaded.content ?? '')],
  })

  /** Our part as it should be, whatever the editor did to it. */
  function withBlock(agent: AgentRow, content: string, before: string): { content: string; warnings: string[] } {
    if (agent.token_hash === null && !hasMarker(content) && !hasMarker(before)) return { content, warnings: [] }
    const board = agent.board_id === null ? null : (store.boards.get(agent.board_id) ?? null)
    const whole = spliceBlock(content, renderBlock({ agent, board, resourcesDir: context.resourcesDir }))
    const touched = blockOf(content) !== blockOf(before) && whole !== content
    return {
      content: whole,
      warnings: touched ? ["The part between Mission Control's markers was put back: it is written by Mission Control."] : [],
    }
  }

  function conflict(agent: AgentRow, name: AgentFileName, current: string | null): AppError {
    return new AppError('conflict', `${name} of ${agent.name} was changed since you opened it. Compare the two, then save again.`, {
      field: 'body.expected_hash',
      data: { current_hash: hashOf(current) },
    })
  }

  type Edit = { content: string; expectedHash: string | null; author: string; reason: string | null }

  async function writeNow(agent: AgentRow, name: AgentFileName, edit: Edit): Promise<AgentDocument> {
    const before = await mustLoad(agent, name)
    keepSeen(agent, name, before.content)
    if (hashOf(before.content) !== edit.expectedHash) throw conflict(agent, name, before.content)
    const { content, warnings } =
      name === 'AGENTS.md' ? withBlock(agent, edit.content, before.content ?? '') : { content: edit.content, warnings: [] }
    if (content === before.content) return show(name, before, warnings)

    if (before.source === 'gateway') {
      let outcome
      try {
        outcome = await context.files.set(agent.gateway_agent_id, name, content, before.gatewayHash)
      } catch (error) {
        throw refused(error, agent, name)
      }
      if (outcome === 'unsupported') throw new AppError('not_found', `This version of OpenClaw does not take ${name}.`)
      if (outcome === 'stale') {
        const now = await mustLoad(agent, name)
        keepSeen(agent, name, now.content)
        throw conflict(agent, name, now.content)
      }
    } else {
      // Looked at once more in the same instant: nothing of ours can come in between.
      const now = onDisk(agent.workspace_path, name)
      if (now.content !== before.content) throw conflict(agent, name, now.content)
      try {
        writeWorkspaceText(agent.workspace_path, name, content)
      } catch (error) {
        throw new AppError('conflict', `${name} could not be written in ${agent.workspace_path}: ${errorText(error)}`, { cause: error })
      }
    }

    store.write(() => {
      if (!store.agents.get(agent.id)) return
      store.agentFileVersions.keep({ agent_id: agent.id, name, content, author_name: edit.author, reason: edit.reason })
      recordAgentEvent(context, agent, {
        event_type: 'agent.file.written',
        message: `${edit.author} wrote ${name} of ${agent.name}${edit.reason === null ? '' : `: ${edit.reason}`}.`.replace(/\.\.$/, '.'),
        data: { name, hash: contentHash(content) },
      })
    })
    return show(name, { source: before.source, content, gatewayHash: null, updated_at: context.clock.now() }, warnings)
  }

  const write = (agent: AgentRow, name: AgentFileName, edit: Edit): Promise<AgentDocument> =>
    context.locks.run(agent.id, () => writeNow(agent, name, edit))

  return {
    async list(agent) {
      const loaded = await Promise.all(agentFileNames.map(async (name) => ({ name, file: await load(agent, name) })))
      const known = loaded.flatMap(({ name, file }) => (file === null ? [] : [{ name, file }]))
      for (const { name, file } of known) keepSeen(agent, name, file.content)
      return {
        items: known.map(({ name, file }) => info(name, file)),
        source: known.every(({ file }) => file.source === 'gateway') ? 'gateway' : 'workspace',
      }
    },

    async read(agent, name) {
      const loaded = await mustLoad(agent, name)
      keepSeen(agent, name, loaded.content)
      return show(name, loaded)
    },

    write,

    restore: (agent, name, { versionId, author, expectedHash }) =>
      context.locks.run(agent.id, async () => {
        const version = store.agentFileVersions.get(versionId)
        if (!version || version.agent_id !== agent.id || version.name !== name)
          throw new AppError('not_found', `There is no such version of ${name}.`, { field: 'body.version_id' })
        const expected = expectedHash === undefined ? hashOf((await mustLoad(agent, name)).content) : expectedHash
        const reason = `Restored the version of ${new Date(version.created_at).toISOString()}`
        return writeNow(agent, name, { content: version.content, expectedHash: expected, author, reason })
      }),

    async applyTemplate(agent, choice) {
      const template = readTemplates(context.resourcesDir).find((each) => each.template === choice.template)
      const board = agent.board_id === null ? null : (store.boards.get(agent.board_id) ?? null)
      const names = [...new Set(choice.names)]
      const stranger = names.find((name) => !template?.files.some((file) => file.name === name))
      if (!template || stranger !== undefined)
        throw new AppError('invalid_request', `The template has no ${stranger ?? 'files'}.`, { field: 'body.names' })

      const items: AppliedTemplate['items'] = []
      for (const name of names) {
        const text = template.files.find((file) => file.name === name)?.content ?? ''
        const after = fillTemplate(text, { agent, board })
        const loaded = await mustLoad(agent, name)
        keepSeen(agent, name, loaded.content)
        const before = loaded.content ?? ''
        if (before === after) items.push({ name, before, after, outcome: 'unchanged' })
        else if (before.trim() !== '' && !choice.overwrite) items.push({ name, before, after, outcome: 'kept' })
        else if (choice.dry_run) items.push({ name, before, after, outcome: 'would_write' })
        else {
          try {
            const reason = `The template for a ${choice.template}`
            await write(agent, name, { content: after, expectedHash: hashOf(loaded.content), author: choice.author, reason })
            items.push({ name, before, after, outcome: 'written' })
          } catch (error) {
            if (!(error instanceof AppError) || error.code !== 'conflict') throw error
            items.push({ name, before, after, outcome: 'changed_meanwhile' })
          }
        }
      }
      return { dry_run: choice.dry_run, items }
    },
  }
}
