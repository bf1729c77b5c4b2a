import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findMentions, type Mentionable, resolveMentions, withoutCodeAndQuotes } from '../../../native-services/domain/mentions.ts'

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
    ['@Max/@Ada', ['max', 'ada']],
    ['@Max,@Ada', ['max', 'ada']],
    ['@"Max Power"/@Ada/@lead', ['power', 'ada']],
    ['@Max Power/@Ada and x/@Zoë', ['power', 'ada']],
    ['@Max x/@Ada', ['max']],
    ['see node_modules/@max/core and /@ada', []],
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

describe('findMentions', () => {
  it.each<[string, string[], boolean]>([
    ['@operator please look', [], true],
    ['@Operator, and @Max', ['max'], true],
    ['@operators', [], false],
    ['`@operator`', [], false],
    ['@all is not the person', ['ada', 'max', 'power', 'zoe'], false],
    ['https://example.org/?who=@Max @Ada', ['ada'], false],
    ['mailto:x+@Max', [], false],
    ['first.last+@Max.org', [], false],
    ['a_@Max and a._@Max are addresses', [], false],
    ['_@Max_ and __@Ada__ are emphasis', ['max', 'ada'], false],
    ['@max_2 is another name', [], false],
    ['@Max...and so on', ['max'], false],
    ['你好@Max请看', ['max'], false],
    ['@Max가 그리고 ありがとう@Adaさん', ['max', 'ada'], false],
    ['grüß@Max', [], false],
    ['\\@Max stays text', [], false],
    ['@“Max Power” in curly marks', ['power'], false],
    ['text\n\n    @Max in code\n\n@Ada', ['ada'], false],
    ['text\n    @Max goes on', ['max'], false],
    ['- item\n\n    @Max below an item', ['max'], false],
    ['`open\n\n@Max in another paragraph `', ['max'], false],
    ['`` a`b`c @Max `` @Ada', ['ada'], false],
  ])('%j', (text, expected, operator) => expect(findMentions(text, agents)).toEqual({ agents: expected, operator }))

  it('names of scripts without spaces are found among their words, the longest first', () => {
    const chinese = [
      { id: 'li', name: '李雷', is_board_lead: false },
      { id: 'long', name: '李雷雷', is_board_lead: false },
    ]
    expect(findMentions('请@李雷看一下', chinese).agents).toEqual(['li'])
    expect(findMentions('请@李雷雷看一下', chinese).agents).toEqual(['long'])
  })

  it('an agent called Operator goes before the word', () => {
    expect(findMentions('@Operator', [{ id: 'op', name: 'Operator', is_board_lead: false }])).toEqual({ agents: ['op'], operator: false })
  })

  const anyMention = fc.constantFrom('@Max', '@"Max Power"', '@lead', '@all', '@operator', '@Zoë')
  const prose = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 6 }).map((words) => words.join(' '))
  const none = { agents: [], operator: false }

  it('nothing in code, quotations, addresses of mail or web counts', () => {
    const hidden = fc.oneof(
      fc.tuple(fc.constantFrom('```', '~~~~', '````js'), anyMention, prose).map(([mark, mention, text]) => {
        const fence = mark.replace('js', '')
        return `${mark}\n${text} ${mention}\n${fence}`
      }),
      fc
        .tuple(fc.constantFrom('`', '``', '```'), anyMention, prose)
        .map(([mark, mention, text]) => `x ${mark} ${text} ${mention} ${mark} y`),
      fc.tuple(anyMention, prose).map(([mention, text]) => `> ${text} ${mention}`),
      fc.tuple(anyMention, prose).map(([mention, text]) => `${text}\n\n\t${mention}`),
      anyMention.map((mention) => `https://example.org/${mention.replaceAll('"', '').replaceAll(' ', '')}`),
      fc.tuple(fc.stringMatching(/^[a-z0-9][a-z0-9._+]{0,10}$/), anyMention).map(([local, mention]) => `${local}${mention}`),
    )
    fc.assert(
      fc.property(fc.array(hidden, { minLength: 1, maxLength: 4 }), prose, (parts, text) => {
        expect(findMentions([text, ...parts, text].join('\n\n'), agents)).toEqual(none)
      }),
    )
  })

  it('what is hidden does not hide what follows in a paragraph of its own', () => {
    const hidden = fc.constantFrom('`code`', '```\n@Max\n```', '> @Max', '    @Max', 'a ` that is never closed', 'x@y.org', '~~~\n~~~')
    fc.assert(
      fc.property(fc.array(hidden, { maxLength: 5 }), fc.constantFrom(...agents), (parts, agent) => {
        expect(findMentions([...parts, `@"${agent.name}"`].join('\n\n'), agents).agents).toContain(agent.id)
      }),
    )
  })
})
