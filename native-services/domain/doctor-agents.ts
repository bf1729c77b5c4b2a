/** What the Doctor makes of the agents: tokens and workspaces. Pure: from facts to rows with a remedy. */
import type { DoctorCheck } from '../contract/doctor.ts'
import { type Base, row } from './doctor-row.ts'

export interface Drifted {
  readonly subject: string
  readonly subject_name: string
  readonly status: string
  readonly message: string | null
}

/** One row when all is well; otherwise one for each that is not. */
export function checkTokens(facts: { total: number; drifted: readonly Drifted[]; what: 'gateway' | 'agents' }): DoctorCheck[] {
  const gateway = facts.what === 'gateway'
  const base: Base = {
    id: `tokens-${facts.what}`,
    group: gateway ? 'gateway' : 'agents',
    title: gateway ? 'Token of the gateway' : 'Tokens of agents',
    why: gateway
      ? 'With another token than ours the gateway does not let us in.'
      : 'An agent whose token is not the one we know cannot check in.',
  }
  if (facts.drifted.length === 0)
    return [
      row(base, {
        state: 'ok',
        found: gateway ? 'Every copy is the same' : facts.total === 0 ? 'There are no agents' : `All copies of ${facts.total} agree`,
      }),
    ]
  return facts.drifted.slice(0, 50).map((each) =>
    row(
      { ...base, id: gateway ? base.id : `token:${each.subject}`, title: gateway ? base.title : `Token of ${each.subject_name}` },
      {
        state: each.status === 'unknown' ? 'warning' : 'bad',
        found: each.message ?? `It is ${each.status}.`,
        remedy: 'Bring the copies together again.',
        link: gateway ? '/gateway' : `/agents/${each.subject}`,
        fix: { label: 'Bring together', action: 'mend_credential', target_id: each.subject },
      },
    ),
  )
}

export interface WorkspaceFact {
  readonly agent_id: string
  readonly name: string
  readonly folder: string
  readonly problem: 'none' | 'missing' | 'unwritable' | 'mc_missing' | 'mc_not_executable'
}

export function checkWorkspaces(facts: { workspaces: readonly WorkspaceFact[] }): DoctorCheck[] {
  const base: Base = {
    id: 'workspaces',
    group: 'agents',
    title: 'Workspaces and their `mc` command',
    why: 'Agents read who they are in their workspace, and report with the command `mc` that lies in it.',
  }
  const bad = facts.workspaces.filter((each) => each.problem !== 'none')
  if (bad.length === 0)
    return [
      row(base, {
        state: 'ok',
        found:
          facts.workspaces.length === 0
            ? 'There are no provisioned agents'
            : `All ${facts.workspaces.length} are writable, each with its mc`,
      }),
    ]
  const found = {
    none: '',
    missing: 'The folder is not there',
    unwritable: 'We may not write in it',
    mc_missing: 'The command mc is missing',
    mc_not_executable: 'The command mc is not executable',
  }
  return bad.slice(0, 50).map((each) =>
    row(
      { ...base, id: `workspace:${each.agent_id}`, title: `Workspace of ${each.name}` },
      {
        state: 'bad',
        found: `${found[each.problem]}: ${each.folder}`,
        remedy:
          each.problem === 'unwritable'
            ? `Make ${each.folder} writable for the user that runs Mission Control.`
            : 'Provision the agent again: that writes its workspace anew.',
        link: `/agents/${each.agent_id}`,
        fix: each.problem === 'unwritable' ? null : { label: 'Provision again', action: 'provision_agent', target_id: each.agent_id },
      },
    ),
  )
}
