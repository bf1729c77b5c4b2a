/**
 * Who a text mentions: `@name`, `@"full name"`, names of several words by the longest one known, `@lead` and `@all`.
 * What stands in code or in a quotation is not a mention: it repeats somebody else's words.
 */

export interface Mentionable {
  id: string
  name: string
  is_board_lead: boolean
}

/** The text with fenced code, inline code and quoted lines blanked out. */
export function withoutCodeAndQuotes(text: string): string {
  return text
    .replace(/^[ \t]*(`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?\n)?[ \t]*\1[`~]*[ \t]*$/gm, '')
    .replace(/^[ \t]*(?:`{3,}|~{3,})[\s\S]*$/gm, '')
    .replace(/(`+)(?:(?!`)[\s\S])*?\1/g, ' ')
    .replace(/^[ \t]*>.*$/gm, '')
}

const normalise = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()

/** A name ends where no letter or digit follows, also not across a hyphen or a dot: `@max-power` and `@max.com` are not `@max`. */
const continues = /^(?:[\p{L}\p{N}_]|[-.][\p{L}\p{N}_])/u

function startsWithName(text: string, name: string): boolean {
  return text.startsWith(name) && !continues.test(text.slice(name.length))
}

/**
 * Ids of the agents that `text` mentions, in the order in which they appear, each once.
 * @param agents Those who can be mentioned (the agents of the board).
 */
export function resolveMentions(text: string, agents: readonly Mentionable[]): string[] {
  const found = new Set<string>()
  // A name counts as written, and with hyphens for its spaces. The longest comes first: `@Max Power` before `@Max`.
  const known = agents
    .flatMap((agent) => {
      const name = normalise(agent.name)
      return name === '' ? [] : [...new Set([name, name.replaceAll(' ', '-')])].map((spelling) => ({ spelling, id: agent.id }))
    })
    .toSorted((a, b) => b.spelling.length - a.spelling.length)

  const plain = withoutCodeAndQuotes(text)
  for (const { index } of plain.matchAll(/(?<![\p{L}\p{N}_.@/])@/gu)) {
    const rest = plain.slice(index + 1, index + 1 + 200).split('\n', 1)[0] ?? ''
    const quoted = /^"([^"]+)"/.exec(rest)?.[1]
    const wanted = normalise(quoted ?? rest)
    const names = (spelling: string): boolean => (quoted === undefined ? startsWithName(wanted, spelling) : wanted === spelling)
    const named = known.find(({ spelling }) => names(spelling))
    if (named) found.add(named.id)
    else if (names('all')) for (const agent of agents) found.add(agent.id)
    else if (names('lead')) for (const agent of agents.filter((candidate) => candidate.is_board_lead)) found.add(agent.id)
  }
  return [...found]
}
