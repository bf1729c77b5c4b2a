/** Numbers for people, in the words of the browser's language. Everything that shows a number goes through here. */

const wholeNumber = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 })
const shortNumber = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 })
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 })
const fewDigits = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 })
const alwaysOneDigit = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 })
const alwaysTwoDigits = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 })
const dollars = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD' })
const smallChange = new Intl.NumberFormat(undefined, { style: 'currency', currency: 'USD', maximumSignificantDigits: 2 })
const plurals = new Intl.PluralRules()

/** `48,210` */
export const whole = (value: number): string => wholeNumber.format(value)
/** `48.2K` */
export const compact = (value: number): string => shortNumber.format(value)
/** At most two digits behind the point: `3.4`, `14` */
export const figure = (value: number): string => fewDigits.format(value)
/** `1 task`, `1,200 tasks` */
export const plural = (count: number, one: string, many: string): string =>
  `${whole(count)} ${plurals.select(count) === 'one' ? one : many}`

/** `831 B`, `1.4 MB`; thousands, as disks are sold. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3))
  const value = count / 1000 ** step
  return `${(step > 0 && value < 10 ? oneDigit : wholeNumber).format(value)} ${units[step] ?? 'B'}`
}

/** Of a process, as task managers count: `412 MB`, `1.36 GB`; always as wide, so that nothing jumps. */
export function memory(count: number): string {
  const megabytes = count / 2 ** 20
  return megabytes >= 1024 ? `${alwaysTwoDigits.format(megabytes / 1024)} GB` : `${whole(megabytes)} MB`
}

/** `2.0 ms`, `676 ms` */
export const milliseconds = (value: number): string => `${value < 10 ? alwaysOneDigit.format(value) : whole(value)} ms`

/** @param share 0.38 → `38 %`; below ten percent with a digit */
export const percent = (share: number): string => `${share < 0.1 ? alwaysOneDigit.format(share * 100) : whole(share * 100)} %`

/** `$1.20`; less than a cent is not nothing: `$0.0021`. */
export const usd = (amount: number): string => (amount !== 0 && Math.abs(amount) < 0.01 ? smallChange : dollars).format(amount)
