import { plural } from '../../lib/numbers.ts'

export const strings = {
  title: 'First steps',
  stepDone: 'Done',
  lead: 'From here to the first task answered by an agent. Each step is remembered; leave and come back when you like.',
  runtime: {
    title: 'Get OpenClaw',
    done: (version: string | null) => `OpenClaw ${version ?? ''} is ready.`,
    todo: 'OpenClaw is the program in which agents live. It was not found on this machine; Mission Control can install it into its own folder.',
  },
  gateway: {
    title: 'Start the gateway',
    done: 'The gateway answers authenticated requests.',
    todo: 'The gateway runs your agents. Mission Control starts it, watches it and restarts it when needed.',
    start: 'Start gateway',
  },
  provider: {
    title: 'Choose a model',
    done: (name: string) => `Agents think with: ${name}.`,
    todo: 'Paste the key of a provider, or try everything with the built-in demo model first.',
  },
  board: {
    title: 'Create a board and an agent',
    done: (boards: number, agents: number) => `${plural(boards, 'board', 'boards')}, ${plural(agents, 'agent', 'agents')}.`,
    todo: 'A board holds tasks; agents on it do them. Agents check in by themselves once they are set up.',
    board: 'New board',
    agent: 'New agent',
  },
  task: {
    title: 'Give the first task',
    done: 'A task was answered by an agent.',
    todo: 'Create a task and assign it to an agent. Its answer appears in the thread as it is written.',
    create: 'New task',
    open: 'Open the board',
    waiting: 'Waiting for the first answer.',
  },
  finish: 'Finish',
  skip: 'Skip the rest',
  all: 'Everything is set up',
  allBody: 'Agents check in, tasks reach them, answers land in threads. What needs you appears on the Overview.',
}
