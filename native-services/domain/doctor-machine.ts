/** What the Doctor makes of the machine: who may read secrets, keyring, login, clock, proxies, processes. Pure: from facts to rows with a remedy. */
import type { DoctorCheck } from '../contract/doctor.ts'
import { type Base, age, bytes, row, skipped } from './doctor-row.ts'

export function checkModes(facts: { supported: boolean; open: readonly { file: string; mode: number }[]; seen: number }): DoctorCheck {
  const base: Base = {
    id: 'file-modes',
    group: 'security',
    title: 'Files with secrets',
    why: 'Who can read them can act as the operator, as the gateway, or as an agent.',
  }
  if (!facts.supported) return skipped(base, 'Windows has no file modes; the folder is in your own profile.')
  if (facts.open.length === 0) return row(base, { state: 'ok', found: `${facts.seen} files, readable by their owner only` })
  return row(base, {
    state: 'bad',
    found: facts.open
      .slice(0, 5)
      .map(({ file, mode }) => `${file} (${mode.toString(8)})`)
      .join(', '),
    remedy: "Take other users' access away (chmod 600).",
    fix: { label: 'Take access away', action: 'tighten_files', target_id: null },
  })
}

export function checkKeyring(facts: { linux: boolean }): DoctorCheck {
  const base: Base = {
    id: 'keyring',
    group: 'security',
    title: 'Keyring',
    why: 'Where the tokens are kept when Mission Control does not run.',
  }
  return facts.linux
    ? row(base, {
        state: 'ok',
        found: 'Tokens are kept in files of the data folder (0600), not in a keyring: they work without a desktop session.',
      })
    : skipped(base, 'This note is about Linux.')
}

export function checkLoginItem(): DoctorCheck {
  return skipped(
    { id: 'login-item', group: 'system', title: 'Start at login', why: 'So that agents are looked after from the moment you sign in.' },
    'Only the desktop app starts at login; its Settings page shows whether it does.',
  )
}

/** @param facts.newestAt the newest time that stands in the database; @param facts.gatewaySkewMs the gateway's clock minus ours. */
export function checkClock(facts: { now: number; newestAt: number | null; gatewaySkewMs: number | null }): DoctorCheck {
  const base: Base = {
    id: 'clock',
    group: 'system',
    title: 'Clock',
    why: 'Deadlines, retries and heartbeats are moments on the clock: one that jumps fires them late or all at once.',
  }
  const remedy = 'Let the system set its clock from the network, then restart Mission Control.'
  const back = facts.newestAt === null ? 0 : facts.newestAt - facts.now
  if (back > 60_000)
    return row(base, { state: 'bad', found: `It was set back by ${age(back)}: the database has entries from the future.`, remedy })
  const skew = facts.gatewaySkewMs
  if (skew !== null && Math.abs(skew) > 5000)
    return row(base, {
      state: 'warning',
      found: `The gateway's clock is ${Math.round(Math.abs(skew) / 1000)} s ${skew > 0 ? 'ahead' : 'behind'}.`,
      remedy,
    })
  return row(base, {
    state: 'ok',
    found: skew === null ? 'Nothing in the database lies in the future' : 'Ours, the gateway and the database agree',
  })
}

/** Loopback must never go through a proxy: agents call us there. */
export function checkProxies(facts: { env: Readonly<Record<string, string | undefined>> }): DoctorCheck {
  const base: Base = {
    id: 'proxies',
    group: 'system',
    title: 'Proxies',
    why: 'The gateway and its agents inherit these variables: a proxy that is used for 127.0.0.1, too, keeps agents from checking in.',
  }
  const value = (name: string): string => facts.env[name] ?? facts.env[name.toUpperCase()] ?? ''
  const set = ['http_proxy', 'https_proxy', 'all_proxy'].filter((name) => value(name) !== '')
  if (set.length === 0) return row(base, { state: 'ok', found: 'No proxy is set in the environment' })
  const excepted = value('no_proxy')
    .split(/[\s,]+/)
    .map((entry) => entry.trim())
  const names = set.map((name) => name.toUpperCase()).join(', ')
  return excepted.some((entry) => ['*', '127.0.0.1', '127.0.0.0/8'].includes(entry))
    ? row(base, { state: 'ok', found: `${names} set, 127.0.0.1 excepted` })
    : row(base, {
        state: 'warning',
        found: `${names} set, and NO_PROXY does not name 127.0.0.1`,
        remedy: 'Set NO_PROXY=127.0.0.1,localhost and restart.',
      })
}

const stallMs = 250

export function checkProcesses(facts: {
  parts: readonly { part: string; rss: number | null; cpu: number | null; trend_mb_h: number | null; hot: boolean; leaking: boolean }[]
  lag_ms: number | null
  gatewayId: string | null
}): DoctorCheck {
  const base: Base = {
    id: 'processes',
    group: 'system',
    title: 'Memory and CPU',
    why: 'A process that only grows, or never rests, makes the whole machine slow.',
  }
  const words = facts.parts
    .filter((part) => part.rss !== null)
    .map((part) => `${part.part} ${bytes(part.rss ?? 0)}${part.cpu === null ? '' : `, ${(part.cpu * 100).toFixed(1)} % of a core`}`)
  const troubled = facts.parts.find((part) => part.hot || part.leaking)
  const found = words.join('; ') || 'Not measured yet'
  if (troubled)
    return row(base, {
      state: 'warning',
      found: `${found}. ${troubled.part} ${troubled.hot ? 'has used most of a core for minutes' : `grows by ${Math.round(troubled.trend_mb_h ?? 0)} MB an hour`}.`,
      remedy: troubled.part === 'gateway' ? 'Restart it as soon as nothing runs.' : 'Restart Mission Control.',
      fix:
        troubled.part === 'gateway'
          ? { label: 'Restart when idle', action: 'restart_gateway_when_idle', target_id: facts.gatewayId }
          : null,
    })
  if ((facts.lag_ms ?? 0) > stallMs)
    return row(base, {
      state: 'warning',
      found: `${found}. The services were held up for ${Math.round(facts.lag_ms ?? 0)} ms.`,
      remedy: 'If this lasts, the machine has too much to do.',
    })
  return row(base, { state: 'ok', found })
}
