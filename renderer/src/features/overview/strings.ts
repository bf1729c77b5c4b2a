export const strings = {
  title: 'Overview',
  attention: 'Needs attention',
  attentionNone: 'Nothing needs you',
  attentionNoneBody:
    'Blocked tasks, agents that do not answer, tokens that drifted and messages that failed would be listed here, each with the button that mends it.',
  gateway: 'Gateway',
  noGateway: 'No gateway yet',
  noGatewayBody: 'OpenClaw is not set up on this machine.',
  agents: 'Agents',
  noAgents: 'No agents yet',
  tasks: 'Tasks',
  deliveries: 'Deliveries',
  deliveriesHint: 'Messages to agents per minute, the last hour',
  deliveriesNone: 'No messages in the last hour.',
  activity: 'Recent activity',
  activityNone: 'What agents and people do appears here.',
  all: 'Show all',
  setUp: 'Set up Mission Control',
  setUpBody: (step: number, of: number) =>
    `Step ${step} of ${of} on the way to the first task answered by an agent. You can leave and come back at any time.`,
  demo: 'Demo: the model is scripted, everything else is real.',
}
