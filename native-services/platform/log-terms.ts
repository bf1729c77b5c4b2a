/**
 * What is searched for, and which trigrams a block of lines must contain before it is worth reading. Pure.
 * The index only leaves blocks out; whether a line matches is decided on its text, so an index that knows too little is slow and never wrong.
 */

/** More than this many narrow nothing further, and each one costs. */
const trigramsPerTerm = 16

export function trigramsOf(term: string): string[] {
  // A NUL would end the text for SQLite, and half a surrogate pair is not text.
  const letters = Array.from(term.toLowerCase())
  const all = new Set<string>()
  for (let index = 0; index + 3 <= letters.length; index += 1) {
    const gram = letters.slice(index, index + 3).join('')
    if (!/[\0\p{Surrogate}]/u.test(gram)) all.add(gram)
  }
  const list = [...all]
  if (list.length <= trigramsPerTerm) return list
  return Array.from({ length: trigramsPerTerm }, (_, n) => list[Math.floor((n * list.length) / trigramsPerTerm)] ?? '')
}

/** The query for the index; null when the terms are too short to leave anything out. */
export function indexQuery(terms: readonly string[]): string | null {
  const grams = new Set(terms.flatMap(trigramsOf))
  if (grams.size === 0) return null
  return [...grams].map((gram) => `"${gram.replaceAll('"', '""')}"`).join(' AND ')
}

const special = new Set('.*+?()[]{}|^$\\'.split(''))

/**
 * Runs of ordinary characters that every match of the expression contains. Careful rather than clever: what stands in groups,
 * classes and alternatives counts for nothing.
 */
export function requiredLiterals(source: string): string[] {
  const runs: string[] = []
  let run = ''
  const end = (): void => {
    if (run.length >= 3) runs.push(run.toLowerCase())
    run = ''
  }
  let depth = 0
  let index = 0
  while (index < source.length) {
    const char = source[index] ?? ''
    let literal: string | null = null
    let width = 1
    if (char === '\\') {
      const next = source[index + 1] ?? ''
      // `\.` is a dot; `\d`, `\x41`, `\1` are not what they look like.
      if (next !== '' && /[^\w]/.test(next)) literal = next
      else if (/[xuck0-9pP]/.test(next)) return []
      width = 2
    } else if (char === '[') {
      let at = index + 1
      if (source[at] === '^') at += 1
      while (at < source.length && source[at] !== ']') at += source[at] === '\\' ? 2 : 1
      width = at - index + 1
    } else if (char === '(') depth += 1
    else if (char === ')') depth -= 1
    else if (char === '|' && depth === 0) return []
    else if (char === '{') {
      const close = source.indexOf('}', index)
      width = close === -1 ? 1 : close - index + 1
    } else if (!special.has(char)) literal = char

    const after = source[index + width] ?? ''
    if (literal === null || depth > 0) end()
    else if (after === '*' || after === '?' || after === '{') end()
    else {
      run += literal
      if (after === '+') end()
    }
    index += width
  }
  end()
  return runs
}
