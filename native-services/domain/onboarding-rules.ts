/** What may happen next in the interview about a board's goal, and how an agent's words are read. */
import { onboardingReply, type OnboardingStatus, type OnboardingWord } from '../contract/board-onboarding.ts'

/** Questions that the agent is told to need at most, and those after which it may only complete. */
export const wantedQuestions = 8
export const mostQuestions = 12

export const isOpen = (status: OnboardingStatus): boolean => status !== 'confirmed' && status !== 'cancelled'
/** The agent may speak: it is its turn, even when it is late. */
export const agentMaySpeak = (status: OnboardingStatus): boolean => status === 'asking' || status === 'timed_out'

/** The objects that stand in a text, from the outermost `{` to its `}`; strings in them may hold braces. */
function objectsIn(text: string): string[] {
  const found: string[] = []
  let depth = 0
  let begin = 0
  let quoted = false
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index]
    if (quoted) {
      if (sign === '\\') index += 1
      else if (sign === '"') quoted = false
    } else if (sign === '"' && depth > 0) quoted = true
    else if (sign === '{') {
      if (depth === 0) begin = index
      depth += 1
    } else if (sign === '}' && depth > 0) {
      depth -= 1
      if (depth === 0) found.push(text.slice(begin, index + 1))
    }
  }
  return found
}

/** The question or the result in an agent's reply: JSON, alone or among other words; null when there is none that can be used. */
export function readWord(text: string): OnboardingWord | null {
  for (const candidate of objectsIn(text)) {
    try {
      const parsed = onboardingReply.safeParse(JSON.parse(candidate))
      if (parsed.success) return parsed.data
    } catch {
      // Braces that are no JSON; the next may be.
    }
  }
  return null
}
