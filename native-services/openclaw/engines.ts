/** Whether a Node satisfies what a version of OpenClaw says in its `engines`. Only the forms that stand there are understood. */
type Version = readonly [number, number, number]

function parts(text: string): Version {
  const [major = 0, minor = 0, patch = 0] = text.replace(/^v/, '').split(/[.-]/).map(Number)
  return [major, minor, patch]
}
const compare = (a: Version, b: Version): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]

function holds(comparator: string, version: Version): boolean {
  const [, operator = '', wanted = ''] = /^(>=|<=|>|<|=|\^|~)?v?(\d[\d.]*)/.exec(comparator) ?? []
  // What is not understood does not forbid anything: OpenClaw itself says so when it starts.
  if (wanted === '') return true
  const bound = parts(wanted)
  const order = compare(version, bound)
  switch (operator) {
    case '>=':
      return order >= 0
    case '<=':
      return order <= 0
    case '>':
      return order > 0
    case '<':
      return order < 0
    case '^':
      return order >= 0 && version[0] === bound[0]
    case '~':
      return order >= 0 && version[0] === bound[0] && version[1] === bound[1]
    default: {
      const given = wanted.split('.').filter(Boolean).map(Number)
      return given.every((part, index) => version[index] === part)
    }
  }
}

export function enginesAccept(range: string, nodeVersion: string): boolean {
  const version = parts(nodeVersion)
  return range.split('||').some((any) =>
    any
      .trim()
      .replace(/(>=|<=|>|<|=|\^|~)\s+/g, '$1')
      .split(/\s+/)
      .every((comparator) => holds(comparator, version)),
  )
}
