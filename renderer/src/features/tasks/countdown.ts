/** `delivery retrying: gateway down` → `delivery retrying in 12 s: gateway down`. Times in ms since the epoch. */
export function countdown(text: string | null, until: number | null, now: number): string {
  if (text === null) return ''
  const left = until === null ? 0 : Math.ceil((until - now) / 1000)
  if (left <= 0) return text
  const words = left < 90 ? `in ${left} s` : `in ${Math.round(left / 60)} min`
  return text.includes('retrying: ') ? text.replace('retrying: ', `retrying ${words}: `) : `${text} (${words})`
}
