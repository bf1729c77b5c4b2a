/**
 * Every shortcut stands here once. Who acts on keys names a group and gives an action for each of its entries (`useShortcuts` in keys.ts), or asks
 * whether a key is one of them (`pressed`); the sheet on `?` is drawn from the same table, so that it never promises what nobody does.
 */
export interface Shortcut {
  /** As `KeyboardEvent.key`; any of them. */
  readonly keys: readonly string[]
  readonly what: string
}

// oxfmt-ignore
export const shortcuts = {
  anywhere: {
    help: { keys: ['?'], what: 'This list' },
    newTask: { keys: ['c'], what: 'New task' },
    filter: { keys: ['/'], what: 'Filter the page' },
  },
  lists: {
    next: { keys: ['j', 'ArrowDown'], what: 'Next row' },
    previous: { keys: ['k', 'ArrowUp'], what: 'Previous row' },
  },
  board: {
    filters: { keys: ['f'], what: 'Filters' },
    view: { keys: ['v'], what: 'Board or list' },
  },
  card: {
    move: { keys: ['m'], what: 'Move the card to…' },
    rename: { keys: ['e', 'F2'], what: 'Change the title in place' },
    choose: { keys: ['x'], what: 'Choose the card, for several at once' },
    pickUp: { keys: [' '], what: 'Pick the card up' },
  },
  carrying: {
    right: { keys: ['ArrowRight', 'l'], what: 'Next column' },
    left: { keys: ['ArrowLeft', 'h'], what: 'Previous column' },
    down: { keys: ['ArrowDown', 'j'], what: 'Further down' },
    up: { keys: ['ArrowUp', 'k'], what: 'Further up' },
    drop: { keys: [' ', 'Enter'], what: 'Drop it here' },
    putBack: { keys: ['Escape'], what: 'Put it back' },
  },
  inbox: {
    next: { keys: ['j'], what: 'Next request' },
    previous: { keys: ['k'], what: 'Previous request' },
    yes: { keys: ['a'], what: 'Approve, allow, or begin to answer' },
    no: { keys: ['r'], what: 'Reject or deny' },
  },
  notices: {
    read: { keys: ['u'], what: 'Read, or unread again' },
  },
  logs: {
    next: { keys: ['j'], what: 'Next line' },
    previous: { keys: ['k'], what: 'Previous line' },
    follow: { keys: ['f'], what: 'Follow, or stop' },
    wrap: { keys: ['w'], what: 'Wrap long lines' },
    end: { keys: ['End'], what: 'To the newest line' },
    start: { keys: ['Home'], what: 'To the top of what is loaded' },
  },
} as const satisfies Record<string, Record<string, Shortcut>>

type Table = typeof shortcuts
export type ShortcutGroup = keyof Table
export type Actions<Group extends ShortcutGroup> = Readonly<Record<keyof Table[Group], () => void>>

type KeyEvent = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** Whether an event's key is that of a shortcut; with Ctrl, ⌘ or Alt it never is. */
export function pressed<Group extends ShortcutGroup>(event: KeyEvent, group: Group, id: keyof Table[Group] & string): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) return false
  const shortcut: Shortcut = (shortcuts[group] as Readonly<Record<string, Shortcut>>)[id] ?? { keys: [], what: '' }
  return shortcut.keys.includes(event.key)
}
