import fc from 'fast-check'
import { expect, it } from 'vitest'
import { interviewWord } from '../../../native-services/openclaw/demo-model-text.ts'
import { readWord } from '../../../native-services/domain/onboarding-rules.ts'

it('a question is read alone, in a fence, among words, and with fields that nobody asked for', () => {
  const question = '{"question": "What for? {really}", "options": ["More", {"id": 2, "label": "Less \\"work\\""}], "mood": "good"}'
  for (const text of [question, `Sure!\n\n\`\`\`json\n${question}\n\`\`\`\nThanks.`, `{not json} ${question}`])
    expect(readWord(text)).toMatchObject({
      status: 'question',
      question: 'What for? {really}',
      options: [
        { id: 'More', label: 'More' },
        { id: '2', label: 'Less "work"' },
      ],
    })
})

it('a result needs an objective and a metric', () => {
  const whole = { status: 'complete', objective: 'Be known', success_metrics: [{ name: 'Signups', target: 5 }] }
  expect(readWord(JSON.stringify(whole))).toMatchObject({ objective: 'Be known', lead_agent: null, target_date: null })
  expect(readWord(JSON.stringify({ ...whole, success_metrics: [] }))).toBeNull()
  expect(readWord(JSON.stringify({ ...whole, objective: ' ' }))).toBeNull()
  expect(readWord(JSON.stringify({ ...whole, target_date: 'soon' }))).toBeNull()
})

it('whatever an agent writes, nothing is thrown, and prose is no question', () => {
  fc.assert(fc.property(fc.string(), (text) => void readWord(text)))
  fc.assert(fc.property(fc.json(), (text) => void readWord(`x ${text} y`)))
  expect(readWord('What is it for?')).toBeNull()
  expect(readWord('{"question": ')).toBeNull()
})

it('the demo model holds the interview to its end', () => {
  expect([0, 1, 2].map((asked) => readWord(interviewWord(asked))?.status)).toEqual(['question', 'question', 'complete'])
})
