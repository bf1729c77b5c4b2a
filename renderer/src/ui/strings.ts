/** Words that stand everywhere. */
import { whole } from '../lib/numbers.ts'

export const words = {
  showAll: (characters: number) => `Show all ${whole(characters)} characters`,
  image: 'image',
  sendKey: (mac: boolean) => (mac ? '⌘ ↵' : 'Ctrl ↵'),
  you: 'You',
  by: (name: string) => `by ${name}`,
  cancel: 'Cancel',
  undo: 'Undo',
  deleted: (name: string) => `Deleted ${name}`,
  takenBack: 'Taken back',
  notTakenBack: 'It was not taken back',
  loading: 'Loading',
  notLoaded: 'This could not be loaded',
  tryAgain: 'Try again',
  copied: 'Copied',
}
