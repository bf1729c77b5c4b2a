/** What the demo agents say. Deterministic: the same task gets the same words, so that a test can expect them. */

/** Small stable hash, to pick a sentence by a title. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return value
}

function pick(list: readonly string[], key: string): string {
  return list[hash(key) % list.length] ?? ''
}

const kinds: readonly { match: RegExp; did: readonly string[]; next: string }[] = [
  {
    match: /\b(fix|bug|broken|error|crash|flak)/i,
    did: [
      'I reproduced it, found the cause in the order of two calls, and added a test that fails without the change.',
      'The cause was a missing guard for empty input; the change is three lines and has its own test.',
    ],
    next: 'Please try it once on the staging page.',
  },
  {
    match: /\b(test|check|verify|audit|measure|benchmark)/i,
    did: [
      'I went through the list twice; **two of fourteen points need a decision**, the others pass.',
      'All the main paths pass. The slowest step takes 1.4 s, which is inside the budget.',
    ],
    next: 'The open points are at the top of the list.',
  },
  {
    match: /\b(write|draft|announce|post|copy|e-?mail|press|notes|docs?|faq|page)/i,
    did: [
      'The draft says first what changes for the reader, then why, and ends with one thing to do.',
      'I kept it under 200 words and left out everything that needs a footnote.',
    ],
    next: 'Please read the opening sentence with fresh eyes.',
  },
  {
    match: /\b(research|compare|interview|collect|find|review|survey)/i,
    did: [
      'I compared five sources; four agree, and I noted where the fifth differs and why.',
      'Three themes came up again and again: *setup time*, *trust*, and *price*.',
    ],
    next: 'My recommendation is the second option.',
  },
  {
    match: /\b(plan|schedule|prepare|organi[sz]e|book)/i,
    did: [
      'The plan has three steps, each with an owner and a date, and one day of slack.',
      'I worked backwards from launch day; nothing collides with the holiday.',
    ],
    next: 'Tell me if a date has to move.',
  },
]
const anything = {
  did: [
    'I did the part that had to come first and checked the result once more.',
    'It took less than expected; the result is short and complete.',
  ],
  next: 'Have a look and move it on when you agree.',
}

/** The reply of a worker that has done its task: two to four sentences in Markdown. */
export function workReply(title: string): string {
  const kind = kinds.find((candidate) => candidate.match.test(title)) ?? anything
  return `**${title}** is ready for review.\n\n${pick(kind.did, title)} ${kind.next}`
}

/** The reply to a question: quotes it, then answers. */
export function answer(question: string, title: string | null): string {
  const quoted = question
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 3)
    .map((line) => `> ${line.slice(0, 200)}`)
    .join('\n')
  const about = title ? ` on *${title}*` : ''
  const close = pick(['I will say here when anything changes.', 'Tell me if you want it done differently.'], question)
  return `${quoted === '' ? '' : `${quoted}\n\n`}Yes, I have seen this${about}. The short answer: it is on track, and nothing stands in the way. ${close}`
}

/** The lead's answer: a short plan. */
export function leadPlan(question: string, title: string | null): string {
  const subject = title ? `*${title}*` : 'this'
  const last = pick(['I will look at it again when it reaches review.', 'I will report when the first step is done.'], question)
  return `Here is how I would go about ${subject}:\n\n1. Agree on what done looks like.\n2. Do the riskiest part first.\n3. Review it together before it ships.\n\n${last}`
}

/** The demo's interview about the goal of a board: two questions, then a result. What people write there is not read. */
export function interviewWord(asked: number): string {
  const words = [
    {
      question: 'What should be different when this board is done?',
      options: ['Something new is out', 'Something works better', 'Something is found out'],
    },
    { question: 'How much may the lead of the board decide by itself?', options: ['Ask me first', 'Some of it', 'All of it'] },
  ]
  const result = {
    status: 'complete',
    objective: 'Show how a board with a goal works',
    success_metrics: [{ name: 'Tasks done', start: 0, current: 0, target: 10, unit: 'tasks' }],
    target_date: null,
    lead_agent: { name: 'Lena', role: 'Lead of the demo board', autonomy_level: 'balanced' },
  }
  return `Here it is:\n\n\`\`\`json\n${JSON.stringify(words[asked] ?? result)}\n\`\`\``
}
