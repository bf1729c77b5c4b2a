/** The page's own address. Everything that asks "is this ours?" asks here. */
export const appScheme = 'app'
export const appHost = 'mission-control'
export const appUrl = `${appScheme}://${appHost}/`

/** Compared by parts: Node gives `app:` URLs the origin `null`, and a prefix test would accept `app://mission-control.evil/`. */
export function isAppUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const url = new URL(value)
  return url.protocol === `${appScheme}:` && url.host === appHost && url.username === '' && url.password === ''
}
