/** `Needs review` → `needs-review`: two tags that differ only in how they are written are one. */
export function tagSlug(name: string): string {
  return (
    name
      .normalize('NFKD')
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '')
      .toLowerCase() || 'tag'
  )
}
