/** `openclaw-mission-control://agents/…` → `/agents/…`. Anybody may send a link, so it can lead to a page and do nothing else. */
export const deepLinkScheme = 'openclaw-mission-control'

/** A route of ours from what a link, a notification or the services host name it: `/agents/1`, `#/agents/1`. Null when it is none. */
export function routeFrom(value: string): string | null {
  const route = value.startsWith('#') ? value.slice(1) : value
  if (!route.startsWith('/') || route.startsWith('//') || route.length > 2000) return null
  // oxlint-disable-next-line no-control-regex -- control characters are what is being refused
  return /[\u0000-\u0020\u007f\\]/.test(route) ? null : route
}

export const isDeepLink = (argument: string): boolean => argument.toLowerCase().startsWith(`${deepLinkScheme}:`)

/** The route of the first of our links among the arguments. */
export function deepLinkFrom(argv: readonly string[]): string | null {
  for (const argument of argv) {
    if (!isDeepLink(argument) || !URL.canParse(argument)) continue
    const url = new URL(argument)
    const path = `/${url.host}${url.pathname}`.replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '')
    return routeFrom(`${path}${url.search}`)
  }
  return null
}
