/** OpenClaw's versions are dates, `YYYY.M.D`, with `-N` for a further release of that day's version and `-beta.N` before it. */

/**
 * The oldest gateway that is used. Since then it speaks protocol 4, which the official client requires, and takes changed agent files
 * only when nobody else changed them in between.
 */
export const minimumGatewayVersion = '2026.5.12'
const supportedProtocol = 4

interface Parsed {
  date: [number, number, number]
  /** Null for a final release. */
  preRelease: string[] | null
  revision: number
}

function parse(version: string): Parsed | null {
  const match = /^v?(\d{4})\.(\d{1,2})\.(\d{1,3})(?:-(.+))?$/.exec(version.trim())
  if (!match) return null
  const date: Parsed['date'] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const suffix = match[4]
  if (suffix === undefined) return { date, preRelease: null, revision: 0 }
  if (/^\d+$/.test(suffix)) return { date, preRelease: null, revision: Number(suffix) }
  return { date, preRelease: suffix.split(/[.-]/), revision: 0 }
}

function comparePreRelease(a: string[], b: string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [left, right] = [a[index], b[index]]
    if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? -1 : 1
    if (left === right) continue
    const numbers = /^\d+$/.test(left) && /^\d+$/.test(right)
    return numbers ? Math.sign(Number(left) - Number(right)) : left < right ? -1 : 1
  }
  return 0
}

/** Negative, zero or positive as `a` is older than, the same as or newer than `b`; null when one of them is no such version. */
export function compareGatewayVersions(a: string, b: string): number | null {
  const [left, right] = [parse(a), parse(b)]
  if (!left || !right) return null
  for (const index of [0, 1, 2] as const) if (left.date[index] !== right.date[index]) return left.date[index] - right.date[index]
  if (left.preRelease && right.preRelease) return comparePreRelease(left.preRelease, right.preRelease)
  if (left.preRelease || right.preRelease) return left.preRelease ? -1 : 1
  return left.revision - right.revision
}

/** Null when this gateway can be used, otherwise one sentence that says why not. A version that cannot be read is not held against it. */
export function unsupportedReason(gateway: { version: string | null; protocol: number | null }): string | null {
  const { version, protocol } = gateway
  const order = version === null ? null : compareGatewayVersions(version, minimumGatewayVersion)
  if (order !== null && order < 0) return `OpenClaw ${version} is too old: version ${minimumGatewayVersion} or newer is needed.`
  if (protocol !== null && protocol !== 0 && protocol !== supportedProtocol)
    return `This gateway speaks protocol ${protocol}, and we speak ${supportedProtocol}. Use OpenClaw ${minimumGatewayVersion} or a newer one that still does.`
  return null
}

export const updateRemedy = 'Install the managed OpenClaw on this page, then start the gateway again.'
