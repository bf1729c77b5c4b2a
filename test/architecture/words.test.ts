/** What the page says stands in strings files, and numbers and dates are formatted in one place. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseSync } from 'rolldown/utils'
import { describe, expect, it } from 'vitest'

const page = path.resolve(import.meta.dirname, '../../renderer/src')
const sources = readdirSync(page, { recursive: true, encoding: 'utf8' }).map((file) => file.replaceAll('\\', '/'))
const read = (file: string): string => readFileSync(path.join(page, file), 'utf8')

type Node = { type: string; start: number; end: number } & Record<string, unknown>
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value
const said = new Set([
  'aria-label',
  'aria-description',
  'aria-roledescription',
  'alt',
  'title',
  'placeholder',
  'label',
  'description',
  'hint',
  'message',
])
/** What is no word of a language: patterns and beginnings of addresses that are shown as an example. */
const examples = /^(https?:\/\/\S*|provider\/model-\*)$/
const isWord = (text: string): boolean => /\p{L}{2,}/u.test(text) && !examples.test(text.trim())

/** Texts that an expression may be: literals, also behind conditions, and templates with words in them. */
function texts(node: unknown): string[] {
  if (!isNode(node)) return []
  switch (node.type) {
    case 'Literal':
      return typeof node['value'] === 'string' ? [node['value']] : []
    case 'TemplateLiteral':
      return (node['quasis'] as { value: { cooked: string } }[]).map((part) => part.value.cooked)
    case 'ConditionalExpression':
      return [...texts(node['consequent']), ...texts(node['alternate'])]
    case 'LogicalExpression':
    case 'BinaryExpression':
      return [...texts(node['left']), ...texts(node['right'])]
    case 'JSXExpressionContainer':
      return texts(node['expression'])
    default:
      return []
  }
}

/** The words that stand in the markup of a source, with their lines. */
function wordsIn(file: string, source: string): string[] {
  const found: string[] = []
  const note = (node: Node, list: readonly string[]): void => {
    for (const text of list.filter(isWord)) found.push(`${file}:${source.slice(0, node.start).split('\n').length} ${text.trim()}`)
  }
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) return value.forEach(walk)
    if (!isNode(value)) return
    if (value.type === 'JSXText') note(value, [String(value['value'])])
    if (value.type === 'JSXElement' || value.type === 'JSXFragment')
      for (const child of value['children'] as Node[]) if (child.type === 'JSXExpressionContainer') note(child, texts(child))
    if (value.type === 'JSXAttribute' && said.has(String((value['name'] as { name: unknown }).name))) note(value, texts(value['value']))
    Object.values(value).forEach(walk)
  }
  walk(parseSync(file, source).program)
  return found
}

describe('words of the page', () => {
  it('stand in strings files', () => {
    const components = sources.filter((file) => file.endsWith('.tsx'))
    expect(components.length).toBeGreaterThan(100)
    expect(components.flatMap((file) => wordsIn(file, read(file)))).toEqual([])
  })

  it.each([
    ['text', '<p>Some words</p>', 'Some words'],
    ['an attribute', '<button aria-label="Close it" />', 'Close it'],
    ['a condition', '<p>{a ? b : "or else"}</p>', 'or else'],
    ['a template', '<p title={`${n} tasks`} />', 'tasks'],
  ])('are found in %s', (_, markup, text) => expect(wordsIn('planted.tsx', `const x = ${markup}`)).toEqual([`planted.tsx:1 ${text}`]))

  it('are not what has no letters, or an example of an address', () =>
    expect(wordsIn('planted.tsx', 'const x = <p title="https://">· — {" "}</p>')).toEqual([]))
})

it('numbers and dates are formatted by lib/numbers.ts and lib/time.ts alone', () => {
  const own = /\.toLocale\w*\(|Intl\.(?:NumberFormat|PluralRules|RelativeTimeFormat)|new Intl\.DateTimeFormat|\.toFixed\(|\.toPrecision\(/
  const elsewhere = sources.filter((file) => /\.tsx?$/.test(file) && !/^lib\/(numbers|time)\.ts$/.test(file) && own.test(read(file)))
  expect(elsewhere).toEqual([])
})
