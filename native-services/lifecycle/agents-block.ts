/** Our part of an agent's AGENTS.md. What stands outside the markers belongs to the user and survives every write. */
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { AgentRow } from '../store/agents.ts'
import type { BoardRow } from '../store/boards.ts'
import { commandName } from './workspace-files.ts'

export const blockBegin = '<!-- mission-control:begin -->'
export const blockEnd = '<!-- mission-control:end -->'

/** Texts that people wrote go into a prompt: no line of theirs may look like a marker of ours. */
function clean(text: string): string {
  return text.replaceAll('<!--', '<! --').replaceAll('<<<', '‹‹‹').trim()
}
export const oneLine = (text: string): string => clean(text).replace(/\s+/g, ' ')

function roleSentence(agent: AgentRow, board: BoardRow | null): string {
  const on = board ? `the board "${oneLine(board.name)}"` : 'no board'
  if (agent.role === 'main') return 'the main agent of this gateway: you belong to no board and help the operator with all of them.'
  if (agent.role === 'lead') return `the lead of ${on}. You plan, divide the work, hand it to the others and look at what comes back.`
  return `a worker on ${on}.`
}

/**
 * The goal's figures and its day. Where a figure stands now is left out on purpose: it moves often, and each move would write the files of
 * every agent anew; it stands in the board that they can read at any time.
 */
export function goalLines(board: Pick<BoardRow, 'success_metrics' | 'target_date'>): string[] {
  const metrics = board.success_metrics.map((metric) => {
    const unit = metric.unit === null ? '' : ` ${oneLine(metric.unit)}`
    return `${oneLine(metric.name)}${metric.target === null ? '' : ` (target ${metric.target}${unit})`}`
  })
  return [
    ...(metrics.length > 0 ? [`- The goal is reached when: ${metrics.join('; ')}`] : []),
    ...(board.target_date === null ? [] : [`- The day of the goal: ${board.target_date}`]),
  ]
}

function identity(agent: AgentRow, board: BoardRow | null): string {
  const profile = agent.identity_profile
  const lines = [
    profile.role && `- Your speciality: ${oneLine(profile.role)}`,
    profile.purpose && `- Your purpose: ${oneLine(profile.purpose)}`,
    profile.communication_style && `- Your style: ${oneLine(profile.communication_style)}`,
    profile.emoji && `- Your sign: ${oneLine(profile.emoji)}`,
    board?.objective && `- The goal of the board: ${oneLine(board.objective)}`,
    ...(board ? goalLines(board) : []),
    board?.description && `- About the board: ${oneLine(board.description)}`,
  ].filter((line) => typeof line === 'string' && line !== '')
  const facts = lines.length > 0 ? `\n${lines.join('\n')}\n` : ''
  return profile.custom_instructions ? `${facts}\n${clean(profile.custom_instructions)}\n` : facts
}

function roleRules(agent: AgentRow, board: BoardRow | null): string {
  const rules = [
    agent.role === 'lead' && '- You look at tasks in `review`: set them to `done`, or to `inbox` with a comment that says what is missing.',
    agent.role === 'main' &&
      `- You belong to no board: name one with \`${commandName()} --board BOARD_ID …\` (\`${commandName()} boards\` lists them).`,
    board?.only_lead_can_change_status && agent.role === 'worker' && '- On this board only the lead changes the status of tasks.',
    board?.comment_required_for_review && '- On this board a task goes to `review` only with a comment.',
    board?.require_approval_for_done &&
      `- On this board a task is done only after a person has approved it: ask with \`${commandName()} approval request\`.`,
    board?.require_review_before_done && '- On this board a task goes through `review` before it is done.',
    board?.board_group_id &&
      `- Your board belongs to a group of boards: \`${commandName()} group\` shows what they say, \`${commandName()} group say "TEXT"\` writes to their leads.`,
    board &&
      agent.role === 'lead' &&
      board.success_metrics.length > 0 &&
      `- When a figure of the goal has moved, say so: \`${commandName()} metric "NAME" NUMBER\`.`,
  ].filter((rule) => typeof rule === 'string')
  return rules.join('\n')
}

export function renderBlock(facts: { agent: AgentRow; board: BoardRow | null; resourcesDir: string }): string {
  const { agent, board } = facts
  const mc = commandName()
  const values: Readonly<Record<string, string>> = {
    name: oneLine(agent.name),
    role_sentence: roleSentence(agent, board),
    identity: identity(agent, board),
    mc,
    lead_commands:
      agent.role === 'lead'
        ? `\n    ${mc} task create "TITLE" "TEXT" AGENT_ID  a new task on your board, for somebody\n    ${mc} task assign TASK_ID AGENT_ID  hand it to somebody (also: task set, task delete, agent add, agent nudge)`
        : '',
    role_rules: roleRules(agent, board),
  }
  const template = readFileSync(path.join(facts.resourcesDir, 'agent', 'AGENTS-block.md'), 'utf8')
  const body = template.replace(/\{\{(\w+)\}\}/g, (_, name: string) => values[name] ?? '').replace(/\n{3,}/g, '\n\n')
  return `${blockBegin}\n${body.trim()}\n${blockEnd}`
}

/** Markers without their partner are taken out. */
function withoutMarkers(text: string): string {
  return text.replaceAll(`${blockBegin}\n`, '').replaceAll(blockBegin, '').replaceAll(`${blockEnd}\n`, '').replaceAll(blockEnd, '')
}

/** Puts the block where it was, or at the end. Further copies of it are removed; a marker without its partner is taken out and the text kept. */
export function spliceBlock(content: string, block: string): string {
  const pieces: string[] = []
  let rest = content
  let placed = false
  for (;;) {
    const begin = rest.indexOf(blockBegin)
    const end = begin < 0 ? -1 : rest.indexOf(blockEnd, begin)
    if (begin < 0 || end < 0) break
    pieces.push(withoutMarkers(rest.slice(0, begin)))
    if (!placed) pieces.push(block)
    placed = true
    rest = rest.slice(end + blockEnd.length)
  }
  const result = pieces.join('') + withoutMarkers(rest)
  if (placed) return result
  const before = result.trimEnd()
  return before === '' ? `${block}\n` : `${before}\n\n${block}\n`
}

export const hasMarker = (content: string): boolean => content.includes(blockBegin) || content.includes(blockEnd)

function blockRange(content: string): { begin: number; end: number } | null {
  const begin = content.indexOf(blockBegin)
  const end = begin < 0 ? -1 : content.indexOf(blockEnd, begin)
  return end < 0 ? null : { begin, end: end + blockEnd.length }
}

/** The first block with its markers; null when there is none. */
export function blockOf(content: string): string | null {
  const range = blockRange(content)
  return range && content.slice(range.begin, range.end)
}

/** The lines of the block, from 1, both inclusive. */
export function managedLines(content: string): { start_line: number; end_line: number } | null {
  const range = blockRange(content)
  if (!range) return null
  const lineAt = (index: number): number => content.slice(0, index).split('\n').length
  return { start_line: lineAt(range.begin), end_line: lineAt(range.end) }
}

/** The content without any block of ours. */
export function stripBlock(content: string): string {
  if (!hasMarker(content)) return content
  const rest = spliceBlock(content, '')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
  return rest === '' ? '' : `${rest}\n`
}
