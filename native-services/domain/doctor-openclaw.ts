/** What the Doctor makes of the OpenClaw on this machine: program, Node, configuration, model. Pure: from facts to rows with a remedy. */
import type { DoctorCheck } from '../contract/doctor.ts'
import { type Base, row } from './doctor-row.ts'

export function checkOpenclaw(facts: {
  installed: boolean
  version: string | null
  path: string | null
  source: string
  problem: string | null
  supported: boolean
  minimum: string
  gatewayUp: boolean
}): DoctorCheck {
  const base: Base = { id: 'openclaw', group: 'openclaw', title: 'OpenClaw', why: 'It is the program that agents run in.' }
  const install = { label: 'Install OpenClaw', action: 'install_runtime', target_id: null } as const
  if (facts.path === null)
    return row(base, {
      state: facts.gatewayUp ? 'warning' : 'bad',
      found: facts.problem ?? 'None was found on this machine.',
      remedy: 'Install OpenClaw; it takes about a minute.',
      link: '/gateway',
      fix: install,
    })
  const found = `OpenClaw ${facts.version ?? 'of unknown version'} (${facts.source}) at ${facts.path}`
  if (!facts.supported)
    return row(base, {
      state: 'bad',
      found: `${found} is older than ${facts.minimum}`,
      remedy: 'Install the version that Mission Control brings.',
      fix: install,
    })
  return facts.problem !== null
    ? row(base, { state: 'bad', found: `${found}: ${facts.problem}`, remedy: 'Install OpenClaw anew.', link: '/gateway', fix: install })
    : row(base, { state: 'ok', found })
}

export function checkOpenclawNode(facts: {
  version: string | null
  path: string | null
  engines: string | null
  problem: string | null
}): DoctorCheck {
  const base: Base = {
    id: 'openclaw-node',
    group: 'openclaw',
    title: 'Node for OpenClaw',
    why: 'OpenClaw refuses to start on a Node that is too old or too new.',
  }
  const wants = facts.engines === null ? '' : `; it wants ${facts.engines}`
  if (facts.version === null)
    return row(base, {
      state: 'bad',
      found: facts.problem ?? `No usable Node was found${wants}.`,
      remedy: 'Install OpenClaw: that brings its Node, too.',
      fix: { label: 'Install OpenClaw', action: 'install_runtime', target_id: null },
    })
  return row(base, { state: 'ok', found: `Node ${facts.version} at ${facts.path ?? 'an unknown place'}${wants}` })
}

/** @param facts.cli What OpenClaw's own check said; null when it could not be asked. */
export function checkConfig(facts: {
  file: string
  readable: 'ok' | 'missing' | { error: string }
  cli: { ok: boolean; output: string } | null
}): DoctorCheck {
  const base: Base = {
    id: 'config',
    group: 'openclaw',
    title: 'Configuration of OpenClaw',
    why: 'With a configuration that it does not accept, the gateway ends at once (exit code 78).',
  }
  if (facts.readable === 'missing') return row(base, { state: 'ok', found: `${facts.file} is written at the first start` })
  if (facts.readable !== 'ok')
    return row(base, {
      state: 'bad',
      found: `${facts.file}: ${facts.readable.error}`,
      remedy: `Mend ${facts.file}, or move it away to get a new one at the next start.`,
    })
  if (facts.cli === null) return row(base, { state: 'ok', found: `${facts.file} can be read; OpenClaw itself was not asked` })
  return facts.cli.ok
    ? row(base, { state: 'ok', found: `OpenClaw says that ${facts.file} is valid` })
    : row(base, {
        state: 'bad',
        found: facts.cli.output.slice(0, 600) || 'OpenClaw refuses it and says nothing.',
        remedy: `Mend ${facts.file}.`,
      })
}

export function checkModel(facts: { kind: string; model: string | null }): DoctorCheck {
  const base: Base = {
    id: 'model',
    group: 'openclaw',
    title: 'Model provider',
    why: 'Without a model the gateway runs, and its agents cannot think.',
  }
  return facts.kind === 'none'
    ? row(base, { state: 'warning', found: 'None is chosen.', remedy: 'Choose a model provider on the Gateway page.', link: '/gateway' })
    : row(base, { state: 'ok', found: `${facts.kind}, ${facts.model ?? 'no model named'}` })
}
