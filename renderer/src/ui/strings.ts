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
  connectionLost: 'No connection. What you see may be old; it will come back by itself.',
  reconnecting: 'Reconnecting',
  notRunning: 'Not running',
  loading: 'Loading',
  notLoaded: 'This could not be loaded',
  tryAgain: 'Try again',
  copied: 'Copied',
}
