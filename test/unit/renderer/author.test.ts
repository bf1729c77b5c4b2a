import { expect, it } from 'vitest'
import { authorName, authorSentence, byAuthor } from '../../../renderer/src/lib/author.ts'

it('the operator is who reads the page; others keep their names', () => {
  expect(['Operator', 'You', 'Ada', 'Operator Bot'].map(authorName)).toEqual(['You', 'You', 'Ada', 'Operator Bot'])
  expect(['Operator', 'You', 'Ada'].map(byAuthor)).toEqual(['by you', 'by you', 'by Ada'])
})

it('a sentence that begins with the operator begins with “You”, and no other', () => {
  expect(authorSentence('Operator set the heartbeat of 2 agents')).toBe('You set the heartbeat of 2 agents')
  expect(authorSentence("Operator's token was used")).toBe("Operator's token was used")
  expect(authorSentence('Operators were told')).toBe('Operators were told')
  expect(authorSentence('Asked the Operator')).toBe('Asked the Operator')
})
