import { describe, expect, it } from 'vitest'
import { completeMention, matchNames, mentionAt } from '../../../renderer/src/features/tasks/mention.ts'

const agents = [{ name: 'Ada' }, { name: 'Bo' }, { name: 'Adam West' }, { name: 'Web Ada' }]

describe('mentionAt', () => {
  it('finds the mention at the caret', () => {
    expect(mentionAt('hello @Ad', 9)).toEqual({ start: 6, text: 'Ad' })
    expect(mentionAt('@', 1)).toEqual({ start: 0, text: '' })
    expect(mentionAt('(@bo', 4)).toEqual({ start: 1, text: 'bo' })
    expect(mentionAt('line\n@Bo', 8)).toEqual({ start: 5, text: 'Bo' })
    expect(mentionAt('@Adam We', 8)).toEqual({ start: 0, text: 'Adam We' })
  })

  it('leaves addresses, finished mentions and other places alone', () => {
    expect(mentionAt('mail me@example', 15)).toBeNull()
    expect(mentionAt('@Ada please look', 16)).toBeNull()
    expect(mentionAt('hello', 5)).toBeNull()
    expect(mentionAt('hello @Ad', 3)).toBeNull()
  })
})

describe('matchNames', () => {
  it('puts names that begin with it before those where a later word does', () => {
    expect(matchNames(agents, 'ad').map((agent) => agent.name)).toEqual(['Ada', 'Adam West', 'Web Ada'])
    expect(matchNames(agents, 'we').map((agent) => agent.name)).toEqual(['Web Ada', 'Adam West'])
    expect(matchNames(agents, 'x')).toEqual([])
  })
})

describe('completeMention', () => {
  it('puts the name in with one space and the caret after it', () => {
    const query = mentionAt('hi @ad you', 6)
    expect(query).not.toBeNull()
    expect(query && completeMention('hi @ad you', 6, query, 'Adam West')).toEqual({ value: 'hi @Adam West you', caret: 14 })
  })
})

describe('quoted names', () => {
  it('are completed with their quotation marks', () => {
    const query = mentionAt('hey @"Max P', 11)
    expect(query).toEqual({ start: 4, text: 'Max P', quoted: true })
    if (!query) return
    expect(completeMention('hey @"Max P', 11, query, 'Max Power')).toEqual({ value: 'hey @"Max Power" ', caret: 17 })
    // A mark that stands there already is not doubled.
    expect(completeMention('@"Ma" please', 4, { start: 0, text: 'Ma', quoted: true }, 'Max')).toEqual({ value: '@"Max" please', caret: 7 })
  })
})
