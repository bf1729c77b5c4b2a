/** The only door out of the app: web and mail addresses, given to the system's own programs. */
const allowed = new Set(['http:', 'https:', 'mailto:'])

/** The address in normal form, or null when it is not one that may be opened (`file:`, `javascript:`, a custom scheme that starts a program…). */
export function externalUrl(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 8192 || !URL.canParse(value)) return null
  const url = new URL(value)
  if (!allowed.has(url.protocol)) return null
  // `https://bank.example@evil.example/` reads as one place and leads to another.
  if (url.username !== '' || url.password !== '') return null
  return url.href
}

/** @returns false when the address was refused; nothing was opened then. */
export async function openExternal(value: unknown, open: (url: string) => Promise<void>): Promise<boolean> {
  const url = externalUrl(value)
  if (!url) return false
  await open(url)
  return true
}
