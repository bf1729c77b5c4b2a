import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Mentionable, resolveMentions, withoutCodeAndQuotes } from '../../../native-services/domain/mentions.ts'

const agents: Mentionable[] = [
  { id: 'ada', name: 'Ada', is_board_lead: true },
  { id: 'max', name: 'Max', is_board_lead: false },
  { id: 'power', name: 'Max Power', is_board_lead: false },
  { id: 'zoe', name: 'Zoë', is_board_lead: false },
]
const who = (text: string): string[] => resolveMentions(text, agents)

describe('resolveMentions', () => {
  it.each<[string, string[]]>([
    ['@Max please', ['max']],
    ['hey @MAX, and @ada: look', ['max', 'ada']],
    ['@Max Power please', ['power']],
    ['@max-power please', ['power']],
    ['@"Max Power", please', ['power']],
    ['@"max"', ['max']],
    ['@"Max Pow"', []],
    ['(@Max) @Max’s', ['max']],
    ["@Max's plan.", ['max']],
    ['@Maxine', []],
    ['@max.com', []],
    ['max@ada.org and me@Max', []],
    ['@lead what now', ['ada']],
    ['@leader', []],
    ['@all', ['ada', 'max', 'power', 'zoe']],
    ['@allison', []],
    ['@Zoë!', ['zoe']],
    ['@Max @Max', ['max']],
    ['@Max @Ada', ['max', 'ada']],
    ['nobody here', []],
    ['`@Max` is how you mention', []],
    ['``a ` @Max`` @Ada', ['ada']],
    ['> @Max said\n@Ada', ['ada']],
    ['```\n@Max\n```\n@Ada', ['ada']],
    ['~~~\n@Max\n~~~', []],
    ['```\n@Max never closed', []],
    ['line\n@Max\nPower', ['max']],
  ])('%j', (text, expected) => expect(who(text)).toEqual(expected))

  it('finds any name wherever it stands among words', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/)
    fc.assert(
      fc.property(fc.constantFrom(...agents), fc.array(word), fc.array(word), fc.boolean(), (agent, before, after, quoted) => {
        const mention = quoted ? `@"${agent.name}"` : `@${agent.name}`
        expect(who([...before, mention, ',', ...after].join(' '))).toContain(agent.id)
      }),
    )
  })

  it('never throws, and answers known ids only, each once', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('@', 'Max', ' ', '"', '`', '\n', '>', 'Power', '~~~', 'all', 'lead', '-', '.') }),
        (text) => {
          const ids = who(text)
          expect(new Set(ids).size).toBe(ids.length)
          for (const id of ids) expect(agents.some((agent) => agent.id === id)).toBe(true)
        },
      ),
    )
  })

  it('hears nothing inside code and quotes', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[^`\n]{0,40}$/), (inside) => {
        expect(withoutCodeAndQuotes(`\`\`\`\n${inside}@Max\n\`\`\``)).not.toContain('@Max')
        expect(withoutCodeAndQuotes(`> ${inside}@Max`)).not.toContain('@Max')
        expect(withoutCodeAndQuotes(`\`${inside}@Max\``)).not.toContain('@Max')
      }),
    )
  })
})
