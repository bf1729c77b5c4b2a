import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completeMark, markAt, parseQuickAdd } from '../../../renderer/src/features/boards/quick-add-parse.ts'
import { edgeSpeed } from '../../../renderer/src/features/boards/card-drag.ts'

const agents = [
  { id: 'ivy', name: 'Ivy' },
  { id: 'max', name: 'Max' },
  { id: 'power', name: 'Max Power' },
]
const tags = [
  { id: 'house', name: 'House' },
  { id: 'rush', name: 'in a rush' },
]
const known = { agents, tags }

describe('a task in one line', () => {
  it.each([
    ['Fix the door @ivy #house !high', 'Fix the door', ['ivy'], ['house'], 'high'],
    ['@Max Power fix it', 'fix it', ['power'], [], null],
    ['fix it @max-power', 'fix it', ['power'], [], null],
    ['fix it @max, soon', 'fix it , soon', ['max'], [], null],
    ['ask @max @ivy @max', 'ask', ['max', 'ivy'], [], null],
    ['#in-a-rush go', 'go', [], ['rush'], null],
    ['see #12 and me@ivy', 'see #12 and me@ivy', [], [], null],
    ['@nobody !someday #x', '@nobody !someday #x', [], [], null],
    ['@maximum effort', '@maximum effort', [], [], null],
    ['  a   b  ', 'a b', [], [], null],
  ])('%s', (text, title, agentIds, tagIds, priority) => {
    expect(parseQuickAdd(text, known)).toEqual({ title, agent_ids: agentIds, tag_ids: tagIds, priority })
  })

  it('loses nothing that it does not understand', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
        expect(parseQuickAdd(text, { agents: [], tags: [] }).title).toBe(
          text
            .replace(/(^|\s)!(low|medium|high|urgent)(?=$|[\s,;:.!?)])/gi, '$1')
            .replace(/\s+/g, ' ')
            .trim(),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('understands every known name, wherever it stands', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/)
    fc.assert(
      fc.property(
        fc.array(word, { maxLength: 4 }),
        fc.array(word, { maxLength: 4 }),
        fc.constantFrom(...agents),
        (before, after, agent) => {
          const parsed = parseQuickAdd([...before, `@${agent.name}`, '#House', ...after.map((each) => `z${each}`)].join(' '), known)
          expect(parsed.agent_ids).toEqual([agent.id])
          expect(parsed.tag_ids).toEqual(['house'])
          expect(parsed.title).toBe([...before, ...after.map((each) => `z${each}`)].join(' '))
        },
      ),
    )
  })
})

describe('completing a mark', () => {
  it('sees the mark at the caret, not one inside a word', () => {
    expect(markAt('fix @iv', 7)).toEqual({ mark: '@', start: 4, text: 'iv' })
    expect(markAt('#', 1)).toEqual({ mark: '#', start: 0, text: '' })
    expect(markAt('me@iv', 5)).toBeNull()
    expect(markAt('fix @iv now please', 18)).toBeNull()
  })
  it('makes a line in which the name is understood', () => {
    fc.assert(
      fc.property(fc.constantFrom(...agents), fc.integer({ min: 0, max: 3 }), (agent, letters) => {
        const text = `do it @${agent.name.slice(0, letters)}`
        const query = markAt(text, text.length)
        if (!query) throw new Error('There is a mark.')
        const done = completeMark(text, text.length, query, agent.name)
        expect(parseQuickAdd(done.value, known)).toMatchObject({ title: 'do it', agent_ids: [agent.id] })
        expect(done.caret).toBe(done.value.length)
      }),
    )
  })
})

describe('scrolling at an edge', () => {
  it('stands still in the middle and goes towards the edge near it, faster the nearer', () => {
    expect(edgeSpeed(500, 0, 1000)).toBe(0)
    expect(edgeSpeed(5, 0, 1000)).toBeLessThan(edgeSpeed(40, 0, 1000))
    expect(edgeSpeed(40, 0, 1000)).toBeLessThan(0)
    expect(edgeSpeed(995, 0, 1000)).toBeGreaterThan(edgeSpeed(960, 0, 1000))
    // Beyond the edge it is no faster than at it.
    expect(edgeSpeed(2000, 0, 1000)).toBe(edgeSpeed(1000, 0, 1000))
  })
})
