/** How the page names who did something. The operator is who reads it. */
import { words } from '../ui/strings.ts'

/** What the services write down for the operator. */
const operator = 'Operator'

/** `You`, or the name as it is. */
export const authorName = (name: string): string => (name === operator ? words.you : name)

/** Inside a sentence: `by you`, `by Ada`. */
export const byAuthor = (name: string): string => words.by(name === operator || name === words.you ? words.you.toLowerCase() : name)

/** What happened, as the reader would say it: sentences that begin with the operator begin with “You”. */
export const authorSentence = (text: string): string => text.replace(new RegExp(`^${operator}\\b(?!')`), words.you)
