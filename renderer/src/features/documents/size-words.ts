/** Bytes as a person reads them: `1.4 MB`. */
export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const [divisor, unit] = bytes < 1_000_000 ? [1000, 'kB'] : [1_000_000, 'MB']
  return `${(bytes / divisor).toLocaleString(undefined, { maximumFractionDigits: bytes < 10 * divisor ? 1 : 0 })} ${unit}`
}
