/**
 * Reads JSON5, in which people write OpenClaw's configuration: comments, trailing commas, unquoted keys, single quotes. Where it fails
 * it says line and column, because a person has to find the place. A key that stands twice is refused: one of the two would be lost.
 */
export class Json5Error extends Error {
  /** Both from 1. */
  readonly line: number
  readonly column: number

  constructor(message: string, place: { line: number; column: number }) {
    super(message)
    this.name = 'Json5Error'
    this.line = place.line
    this.column = place.column
  }
}

const spaces = /[\s\u00a0\ufeff]/
const identifier = /[\p{ID_Continue}$\u200c\u200d]/u
const number = /[+-]?(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|Infinity|NaN)/y
const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '0': '\0' }
const deepest = 100

/** The value. Throws `Json5Error`. */
export function parseJson5(text: string): unknown {
  let at = 0

  function placeOf(index: number): { line: number; column: number } {
    const before = text.slice(0, index).split('\n')
    return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  }
  function fail(message: string, index = at): never {
    throw new Json5Error(message, placeOf(index))
  }
  const shown = (): string => (at >= text.length ? 'the end' : JSON.stringify(text[at]))

  function skip(): void {
    for (;;) {
      while (at < text.length && spaces.test(text[at] ?? '')) at += 1
      if (text.startsWith('//', at)) {
        const end = text.indexOf('\n', at)
        at = end === -1 ? text.length : end + 1
      } else if (text.startsWith('/*', at)) {
        const end = text.indexOf('*/', at + 2)
        if (end === -1) fail('This comment does not end.')
        at = end + 2
      } else return
    }
  }

  function string(): string {
    const quote = text[at]
    const began = at
    let result = ''
    at += 1
    for (;;) {
      const char = text[at]
      if (char === undefined || char === '\n') fail('This text does not end on its line.', began)
      at += 1
      if (char === quote) return result
      if (char !== '\\') {
        result += char
        continue
      }
      const next = text[at] ?? ''
      at += 1
      if (next === 'u' || next === 'x') {
        const digits = text.slice(at, at + (next === 'u' ? 4 : 2))
        if (!/^[\da-fA-F]+$/.test(digits) || digits.length !== (next === 'u' ? 4 : 2)) fail(`\\${next} wants hexadecimal digits.`)
        result += String.fromCharCode(parseInt(digits, 16))
        at += digits.length
      } else if (next === '\n') continue
      else result += escapes[next] ?? next
    }
  }

  function key(): string {
    if (text[at] === '"' || text[at] === "'") return string()
    const began = at
    while (at < text.length && identifier.test(text[at] ?? '')) at += 1
    if (at === began) fail(`Expected a key, found ${shown()}.`)
    return text.slice(began, at)
  }

  function object(depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = {}
    const opened = at
    at += 1
    for (;;) {
      skip()
      if (text[at] === '}') {
        at += 1
        return result
      }
      if (at >= text.length) fail('This { is not closed.', opened)
      const began = at
      const name = key()
      if (name === '__proto__') fail('This key is not allowed.', began)
      if (Object.hasOwn(result, name)) fail(`${name} stands here twice.`, began)
      skip()
      if (text[at] !== ':') fail(`Expected : after ${name}, found ${shown()}.`)
      at += 1
      result[name] = value(depth + 1)
      skip()
      if (text[at] === ',') at += 1
      else if (text[at] !== '}') fail(at >= text.length ? 'A { is not closed.' : `Expected , or }, found ${shown()}.`)
    }
  }

  function array(depth: number): unknown[] {
    const result: unknown[] = []
    const opened = at
    at += 1
    for (;;) {
      skip()
      if (text[at] === ']') {
        at += 1
        return result
      }
      if (at >= text.length) fail('This [ is not closed.', opened)
      result.push(value(depth + 1))
      skip()
      if (text[at] === ',') at += 1
      else if (text[at] !== ']') fail(at >= text.length ? 'A [ is not closed.' : `Expected , or ], found ${shown()}.`)
    }
  }

  function value(depth: number): unknown {
    skip()
    if (depth > deepest) fail('This is nested too deeply.')
    const char = text[at]
    if (char === '{') return object(depth)
    if (char === '[') return array(depth)
    if (char === '"' || char === "'") return string()
    for (const [word, meaning] of [
      ['true', true],
      ['false', false],
      ['null', null],
    ] as const)
      if (text.startsWith(word, at) && !identifier.test(text[at + word.length] ?? ' ')) {
        at += word.length
        return meaning
      }
    number.lastIndex = at
    const found = number.exec(text)?.[0]
    if (found === undefined) return fail(`Expected a value, found ${shown()}.`)
    const parsed = /^[+-]?0x/i.test(found) ? parseInt(found.replace('+', ''), 16) : Number(found)
    // Neither can be written as JSON.
    if (!Number.isFinite(parsed)) fail('Only finite numbers can be written.')
    at += found.length
    return parsed
  }

  const result = value(0)
  skip()
  if (at < text.length) fail(`Nothing more is expected here, found ${shown()}.`)
  return result
}
