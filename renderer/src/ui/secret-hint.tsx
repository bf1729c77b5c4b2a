/** The end of a secret, which is all that is ever shown of one. */
export function SecretHint({ hint }: { hint: string | null }) {
  if (!hint) return <span className="faint">—</span>
  return <span className="mono">••••{hint.replace(/^[•*.…]+/, '')}</span>
}
