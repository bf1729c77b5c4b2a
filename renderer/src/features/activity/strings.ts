export const strings = {
  title: 'Activity',
  anyone: 'Any agent',
  anyLevel: 'Any level',
  anyKind: 'Any kind',
  levels: { info: 'Info', warning: 'Warnings', error: 'Errors' },
  kinds: {
    'task.': 'Tasks',
    'agent.': 'Agents',
    'lifecycle.': 'Lifecycle',
    'delivery.': 'Delivery',
    'token.': 'Tokens',
    'gateway.': 'Gateway',
    'board.': 'Boards',
  },
  none: 'Nothing here',
  noneBody: 'Everything that people, agents and Mission Control itself do is recorded here, failures included.',
  more: 'Load older',
}
