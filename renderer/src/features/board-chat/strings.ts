export const strings = {
  title: 'Board chat',
  open: 'Board chat',
  close: 'Close the chat',
  empty: 'Nothing was said here yet. The lead of the board hears of everything, others when you mention them.',
  placeholder: 'Write to the board, @mention agents, /pause or /resume',
  notSent: 'The message was not sent',
  earlier: 'Earlier messages',
}
