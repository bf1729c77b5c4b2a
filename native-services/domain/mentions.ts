/**
 * Who a text mentions: `@name`, `@"full name"`, names of several words by the longest one known, `@lead`, `@all` (every agent of the board)
 * and `@operator` (the person). What stands in code, in a quotation or in a web address is not a mention: it repeats somebody else's words.
 */

export interface Mentionable {
  id: string
  name: string
  is_board_lead: boolean
}

export interface Mentions {
  /** Ids of agents, in the order in which they appear, each once. */
  agents: string[]
  /** The person is mentioned, too. */
  operator: boolean
}

const listItem = /^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]/

/** Blanks out fenced code, and code that is indented by four spaces (below a list item such lines are its text). Line by line, as Markdown is read. */
function withoutCodeBlocks(text: string): string {
  let fence: string | null = null
  let inList = false
  let inCode = false
  let blankBefore = true
  return text
    .split('\n')
    .map((line) => {
      const marks = /^[ \t]*(`{3,}|~{3,})(.*)$/.exec(line)
      if (fence !== null) {
        // It ends with as many of the same marks or more, and nothing behind them; or never.
        if (marks?.[1]?.startsWith(fence) && marks[2]?.trim() === '') fence = null
        return ''
      }
      // What has backticks behind it is code within a line.
      if (marks?.[1] !== undefined && !(marks[1].startsWith('`') && marks[2]?.includes('`'))) {
        fence = marks[1]
        blankBefore = true
        inCode = false
        return ''
      }
      if (line.trim() === '') {
        blankBefore = true
        return line
      }
      const indented = /^(?: {4}|\t)/.test(line)
      // Code cannot interrupt a paragraph: it begins after an empty line.
      inCode = indented && !inList && (inCode || blankBefore)
      if (!indented && (blankBefore || listItem.test(line))) inList = listItem.test(line) || (inList && line.startsWith(' '))
      blankBefore = false
      return inCode ? '' : line
    })
    .join('\n')
}

/** The text with fenced, indented and inline code, quoted lines and web addresses blanked out. */
export function withoutCodeAndQuotes(text: string): string {
  return (
    withoutCodeBlocks(text.replaceAll('\r\n', '\n'))
      // A run of backticks ends at the next run of the same length, within its paragraph.
      .replace(/(?<!`)(`+)(?!`)(?:[^\n]|\n(?![ \t]*\n))*?(?<!`)\1(?!`)/g, ' ')
      .replace(/^[ \t]*>.*$/gm, '')
      .replace(/\b(?:https?|ftp|mailto):[^\s<>"')\]]+/gi, ' ')
  )
}

const normalise = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()

/** Scripts that put no spaces between words: a name may stand right before or behind such a letter. */
const spaceless =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}'
/**
 * A name ends where no letter or digit follows, also not across a hyphen, a dot or an underscore: `@max-power` and `@max.com` are not `@max`,
 * but `_@max_` is (emphasis).
 */
const continues = new RegExp(`^(?:[-.]?|_+)(?![${spaceless}])[\\p{L}\\p{N}]`, 'u')
/** Not after a letter, a digit or what an e-mail address may contain, and not escaped. After a slash only behind another mention: `@Max/@Ivy`. */
const mark = new RegExp(`(?<!(?![${spaceless}])[\\p{L}\\p{N}.@+\\\\]|[\\p{L}\\p{N}.+]_+)@`, 'gu')

function startsWithName(text: string, name: string): boolean {
  return text.startsWith(name) && !continues.test(text.slice(name.length))
}

/** Without the quotation marks around it. */
const bare = (name: string): string => normalise(name.replace(/^["“]([^"“”]*)["”]$/, '$1'))

/** A name counts as written, and with hyphens for its spaces. */
function spellings(agent: Mentionable): string[] {
  const name = normalise(agent.name)
  return name === '' ? [] : [...new Set([name, name.replaceAll(' ', '-')])]
}

/** @param agents Those who can be mentioned (the agents of the board). An agent called like one of the words goes before the word. */
export function findMentions(text: string, agents: readonly Mentionable[]): Mentions {
  const found = new Set<string>()
  let operator = false
  // The longest comes first: `@Max Power` before `@Max`.
  const known = agents
    .flatMap((agent) => spellings(agent).map((spelling) => ({ spelling, id: agent.id })))
    .toSorted((a, b) => b.spelling.length - a.spelling.length)

  const plain = withoutCodeAndQuotes(text)
  let last: { index: number; name: string } | null = null
  for (const { index } of plain.matchAll(mark)) {
    if (plain[index - 1] === '/' && (last === null || bare(plain.slice(last.index + 1, index - 1)) !== last.name)) continue
    const rest = plain.slice(index + 1, index + 1 + 200).split('\n', 1)[0] ?? ''
    const quoted = /^["“]([^"“”]+)["”]/.exec(rest)?.[1]
    const wanted = normalise(quoted ?? rest)
    const names = (spelling: string): boolean => (quoted === undefined ? startsWithName(wanted, spelling) : wanted === spelling)
    const named = known.find(({ spelling }) => names(spelling))
    const word = named?.spelling ?? ['all', 'lead', 'operator'].find(names)
    if (word === undefined) continue
    last = { index, name: word }
    if (named) found.add(named.id)
    else if (word === 'all') for (const agent of agents) found.add(agent.id)
    else if (word === 'lead') for (const agent of agents.filter((candidate) => candidate.is_board_lead)) found.add(agent.id)
    else operator = true
  }
  return { agents: [...found], operator }
}

/** Of somebody named outside a text: `@Max`, `"Max Power"`, `max-power`, `lead`, or an id. */
export function findNamed<One extends Mentionable>(name: string, agents: readonly One[]): One | undefined {
  const wanted = bare(name.trim().replace(/^@/, ''))
  return (
    agents.find((agent) => agent.id === wanted || spellings(agent).includes(wanted)) ??
    (wanted === 'lead' ? agents.find((agent) => agent.is_board_lead) : undefined)
  )
}

/** Ids of the agents that `text` mentions. */
export function resolveMentions(text: string, agents: readonly Mentionable[]): string[] {
  return findMentions(text, agents).agents
}
