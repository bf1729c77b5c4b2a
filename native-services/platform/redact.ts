/**
 * Redaction at the sink: every log line, stored error and captured output passes here. A secret keeps its last four characters,
 * so that two lines about the same token can still be told to belong together.
 */
const registered = new Set<string>()

/** Makes a secret known, so that it is redacted wherever it turns up, whatever stands around it. Short strings are ignored. */
export function registerSecret(secret: string | null | undefined): void {
  if (secret && secret.length >= 12) registered.add(secret)
}

/** `••••1a2b` */
export function secretHint(secret: string): string {
  return `••••${secret.slice(-4)}`
}

const rules: readonly { pattern: RegExp; replace: (match: string, ...groups: string[]) => string }[] = [
  // Authorization: Bearer …, and Basic
  { pattern: /\b(Bearer|Basic)\s+([A-Za-z0-9._~+/=-]{8,})/gi, replace: (_, scheme = '', value = '') => `${scheme} ${secretHint(value)}` },
  // Tokens with a known shape: agents', OpenAI's and Anthropic's, GitHub's, JWTs.
  {
    pattern:
      /\b(?:mc[at]_[A-Za-z0-9_-]{16,}|sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*)/g,
    replace: (match) => secretHint(match),
  },
  // key=value, "key":"value", key: value, X-Agent-Token: value, ?token=value
  {
    pattern: /((?:token|secret|password|passwd|api[_-]?key|apikey|authorization|cookie)["']?\s*[:=]\s*["']?)([^\s"',;&}]{6,})/gi,
    replace: (match, key = '', value = '') =>
      value.startsWith('••••') || /^(Bearer|Basic)$/i.test(value) ? match : `${key}${secretHint(value)}`,
  },
]

/** The same text without secrets. */
export function redact(text: string): string {
  let result = text
  for (const secret of registered) if (result.includes(secret)) result = result.replaceAll(secret, secretHint(secret))
  for (const rule of rules) result = result.replace(rule.pattern, rule.replace as (match: string, ...args: unknown[]) => string)
  return result
}
