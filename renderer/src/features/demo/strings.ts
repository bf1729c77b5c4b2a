import type { Demo } from '../../../../native-services/contract/demo.ts'
import { plural } from '../../lib/numbers.ts'

export const strings = {
  title: 'Try the demo',
  lead: 'A board with four agents and nine tasks, on a scripted model: no key, no cost. What is missing is installed and started on the way, and all of it goes again with one click.',
  start: 'Try the demo',
  coming: 'Setting up the demo…',
  notStarted: 'The demo was not set up',
  modelTitle: 'Set up the demo?',
  modelBody:
    'While the demo is here, all agents of this gateway think with the scripted model, your own too. Your model comes back when you throw the demo away.',
  hereTitle: 'The demo is here',
  here: 'Open its board, give an agent a task, read what it answers. Nothing of it mixes with your own boards and agents.',
  open: 'Open the demo board',
  leaving: 'Throwing the demo away…',
  remove: 'Throw the demo away',
  removeHint: 'Removes its board, tasks and agents and puts your model back. Your own boards and agents stay.',
  removeTitle: 'Throw the demo away?',
  removeBody(demo: Demo): string {
    const agents =
      demo.agents.length === 0
        ? ''
        : ` ${plural(demo.agents.length, 'agent', 'agents')} (${demo.agents.map((agent) => agent.name).join(', ')})`
    const added = demo.added_tasks === 0 ? '' : `, ${demo.added_tasks} of them added by you or the agents`
    const what =
      demo.own_agents > 0
        ? `The demo's own tasks and${agents} go. Its board stays with ${plural(demo.own_agents, 'agent', 'agents')} that you put on it, and what was added.`
        : `The board with its ${plural(demo.tasks, 'task', 'tasks')}${added}${agents === '' ? '' : `, and${agents}`} go.`
    return `${what} The model becomes what it was before. A backup is made first; there is no undo.`
  },
  notRemoved: 'The demo was not thrown away',
  folderTitle: 'This control center is the demo',
  folder: (folder: string) => `It was started with --demo and keeps everything in ${folder}. Delete that folder to throw the demo away.`,
  leave: 'Leave the demo',
  leaveTitle: 'Leave the demo?',
  leaveBody: 'This control center and its gateway stop. The folder of the demo stays where it is. Start your own with:',
  leaveBodyDesktop:
    'The demo and its gateway stop, and your own control center opens in their place. The folder of the demo stays where it is.',
  left: 'The demo ends now.',
  restarts: 'The demo ends now, and your own control center opens in a moment.',
  notLeft: 'Stop this program where you started it. Then start your own with the command below.',
  failed: 'The demo was not left',
  copy: 'Copy the command',
}
