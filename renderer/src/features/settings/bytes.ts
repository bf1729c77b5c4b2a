/** Bytes as a person reads them, up to gigabytes: `1.4 GB`. */
export function bytesWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** step
  return `${value.toLocaleString(undefined, { maximumFractionDigits: step > 0 && value < 10 ? 1 : 0 })} ${units[step] ?? 'B'}`
}
