/** Starting points for an agent's files, one set per role, in `resources/agent/templates`. Plain text with `{{name}}` and the like. */
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type AgentFileName, agentFileNames, type AgentTemplate } from '../contract/agent-files.ts'
import type { AgentRow } from '../store/agents.ts'
import type { BoardRow } from '../store/boards.ts'
import { oneLine } from './agents-block.ts'

const about: Record<AgentRow['role'], { title: string; summary: string }> = {
  lead: { title: 'Lead', summary: 'Plans, divides the work, reviews it and keeps the board moving.' },
  worker: { title: 'Worker', summary: 'Takes one task at a time and brings it to an end that can be checked.' },
  main: { title: 'Main', summary: 'Helps the person with all boards of the gateway.' },
}

/** A role's own file, else the one for all. Missing files are left out. */
export function readTemplates(resourcesDir: string): AgentTemplate[] {
  const read = (role: string, name: AgentFileName): { name: AgentFileName; content: string }[] => {
    const folder = path.join(resourcesDir, 'agent', 'templates')
    const file = [path.join(folder, role, name), path.join(folder, 'all', name)].find((candidate) => existsSync(candidate))
    return file === undefined ? [] : [{ name, content: readFileSync(file, 'utf8') }]
  }
  return (Object.keys(about) as AgentRow['role'][]).map((role) => ({
    template: role,
    ...about[role],
    files: agentFileNames.flatMap((name) => read(role, name)),
  }))
}

/** Lines whose value is not known are left out, so that no blank is left for the agent to guess at. */
export function fillTemplate(text: string, facts: { agent: AgentRow; board: BoardRow | null }): string {
  const { agent, board } = facts
  const profile = agent.identity_profile
  const values: Readonly<Record<string, string | null | undefined>> = {
    name: agent.name,
    emoji: profile.emoji,
    speciality: profile.role,
    purpose: profile.purpose,
    style: profile.communication_style,
    board: board?.name,
    objective: board?.objective,
  }
  const lines = text.split('\n').flatMap((line) => {
    let known = true
    const filled = line.replace(/\{\{(\w+)\}\}/g, (_, key: string) => {
      const value = oneLine(values[key] ?? '')
      if (value === '') known = false
      return value
    })
    return known ? [filled] : []
  })
  return lines.join('\n').replace(/\n{3,}/g, '\n\n')
}
