import { describe, expect, it } from 'vitest'
import { AppError } from '../../../native-services/contract/errors.ts'
import { nextContent } from '../../../native-services/domain/document-rules.ts'

const now = { content: 'one\ntwo', version: 3, edited_by_name: 'Max' }

describe('the next content', () => {
  it('is none when it is the same, line ends aside, however old its base', () => {
    expect(nextContent(now, {})).toBeUndefined()
    expect(nextContent(now, { content: 'one\r\ntwo', base_version: 1 })).toBeUndefined()
    expect(nextContent(now, { base_version: 1 })).toBeUndefined()
  })
  it('is refused when it was made from another version than the present one', () => {
    expect(nextContent(now, { content: 'x' })).toBe('x')
    expect(nextContent(now, { content: 'x', base_version: 3 })).toBe('x')
    for (const base_version of [1, 2, 4]) {
      let thrown: unknown
      try {
        nextContent(now, { content: 'x', base_version })
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(AppError)
      expect(thrown).toMatchObject({ code: 'conflict', data: { current_version: 3 } })
    }
  })
})
