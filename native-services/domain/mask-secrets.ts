/** Takes secrets out of configurations and other structures, by the names of their fields and by what they look like. Pure. */

/** Names of fields whose text is never shown. `env` holds anything at all. */
const secretName =
  /token|secret|passw|passphrase|api_?key|apikey|private_?key|credential|authorization|cookie|bearer|session_?key|webhook_?url|dsn/i
const secretHolders = /^(env|headers|vars|environment)$/i
/** Not secrets in spite of their names: counters and switches are no texts, these are texts. */
const harmless = /_hint$|_status$|_state$|tokens?_(in|out|max|limit|usage)$|^max_?tokens?$/i
const masked = '••••'

/** User and password, and everything after `?`, of addresses in a text. */
export function maskAddresses(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, `$1${masked}@`)
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s?"'#]+)\?[^\s"'#]+/gi, `$1?${masked}`)
}

/** The same structure with every secret text replaced. */
export function maskSecrets(value: unknown, inside = false): unknown {
  if (typeof value === 'string') return inside ? masked : maskAddresses(value)
  if (Array.isArray(value)) return value.map((each) => maskSecrets(each, inside))
  if (typeof value !== 'object' || value === null) return inside && typeof value === 'number' ? masked : value
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => {
      const holds = secretHolders.test(name) && typeof each === 'object'
      const secret =
        secretName.test(name) && !harmless.test(name) && (typeof each === 'string' || (typeof each === 'object' && each !== null))
      return [name, maskSecrets(each, inside || holds || secret)]
    }),
  )
}
