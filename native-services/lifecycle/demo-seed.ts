/** What `--demo` starts with: a board in the middle of a launch, a lead, three workers, and work that begins by itself when they are there. */
import type { IdentityProfile } from '../contract/entities.ts'
import type { AgentRow } from '../store/agents.ts'
import type { BoardRow } from '../store/boards.ts'
import type { Store } from '../store/store.ts'
import type { TaskRow } from '../store/tasks.ts'
import type { AgentLifecycle } from './types.ts'

/** The part of the delivery's notifier that is needed here; it is passed in because the lifecycle knows nothing of the delivery. */
export interface AssignmentNotifier {
  assigned(event: {
    task: TaskRow
    agent_ids: readonly string[]
    actor: { type: 'user' | 'agent' | 'system'; name: string; agent_id: string | null }
  }): void
}

interface DemoAgent {
  name: string
  role: AgentRow['role']
  profile: IdentityProfile
}

const demoAgents: readonly DemoAgent[] = [
  {
    name: 'Ada',
    role: 'lead',
    profile: {
      role: 'Launch lead',
      emoji: '🧭',
      purpose: 'Keeps the launch on course, answers questions about the plan and reviews what the others finish.',
      communication_style: 'Short, with numbered steps.',
    },
  },
  {
    name: 'Max',
    role: 'worker',
    profile: {
      role: 'Product engineer',
      emoji: '🛠️',
      purpose: 'Fixes what would embarrass us on launch day.',
      communication_style: 'Says what changed and how it was checked.',
    },
  },
  {
    name: 'Ivy',
    role: 'worker',
    profile: { role: 'Writer', emoji: '✍️', purpose: 'Writes what people read first.', communication_style: 'Plain words, reader first.' },
  },
  {
    name: 'Noor',
    role: 'worker',
    profile: {
      role: 'Researcher',
      emoji: '🔎',
      purpose: 'Finds out before we assume.',
      communication_style: 'Findings first, then the source.',
    },
  },
]

interface DemoTask {
  title: string
  description: string
  status: TaskRow['status']
  priority: TaskRow['priority']
  assignee?: string
  /** Tell the assignee: it begins by itself once it is online. */
  begins?: true
  blocked_reason?: string
  /** `author: text`; an author who is no agent is the person. */
  thread?: readonly [author: string, text: string][]
}

const person = 'You'

const demoTasks: readonly DemoTask[] = [
  {
    title: 'Write the launch announcement',
    description: 'At most 200 words. What changes for the reader comes first; one link at the end.',
    status: 'assigned',
    priority: 'high',
    assignee: 'Ivy',
    begins: true,
  },
  {
    title: 'Fix the signup form losing its input on a slow connection',
    description: 'Reported twice this week. Fill the form, cut the network, submit, come back: everything typed is gone.',
    status: 'assigned',
    priority: 'urgent',
    assignee: 'Max',
    begins: true,
  },
  {
    title: 'Compare the pricing pages of three similar products',
    description: 'What do they show first, what do they hide, where do they send people who are unsure?',
    status: 'in_progress',
    priority: 'medium',
    assignee: 'Noor',
    thread: [
      [person, 'Please look at the small plans in particular: that is where most of our users are.'],
      ['Noor', 'Two of three are done. **Both show the yearly price first**; I will add the third and a table.'],
    ],
  },
  {
    title: 'Collect five quotes from the beta group',
    description: 'One sentence each, with permission to print the name.',
    status: 'inbox',
    priority: 'medium',
  },
  {
    title: 'Prepare the support macros for launch day',
    description: 'The ten questions we expect, with an answer each.',
    status: 'inbox',
    priority: 'high',
  },
  {
    title: 'Check the site on a phone with a slow network',
    description: 'Three pages: home, pricing, signup. Note what takes longer than three seconds.',
    status: 'inbox',
    priority: 'low',
  },
  {
    title: 'Draft the FAQ',
    description: 'Eight questions from the beta, in the words people used.',
    status: 'review',
    priority: 'medium',
    assignee: 'Ivy',
    thread: [
      [
        'Ivy',
        'The draft has eight questions, none longer than four lines. I am unsure about the answer on refunds: it repeats the terms nearly word for word.',
      ],
      ['Ada', 'Reads well. Keep the refunds answer short and link the terms.'],
    ],
  },
  {
    title: 'Book the photographer for the team page',
    description: 'Half a day, natural light.',
    status: 'blocked',
    priority: 'low',
    assignee: 'Noor',
    blocked_reason: 'Waits for the date of the team day.',
    thread: [['Noor', 'Two photographers are free on both proposed days. I can book as soon as the date is fixed.']],
  },
  {
    title: 'Set up the launch day schedule',
    description: 'Who is where from 8:00 to 20:00, and who decides when something breaks.',
    status: 'done',
    priority: 'high',
    assignee: 'Ada',
    thread: [['Ada', 'The schedule is in place; every hour has one person who decides.']],
  },
]

export interface DemoSeed {
  /** False when there was a board already; nothing was touched then. */
  seeded: boolean
  board_id: string | null
}

/** Fills an empty store with the demo and begins to provision its agents. Does nothing when there is any board. */
export function seedDemo(options: {
  store: Store
  lifecycle: Pick<AgentLifecycle, 'create' | 'provision'>
  notifier: AssignmentNotifier
  gatewayId: string
}): DemoSeed {
  const { store, lifecycle, notifier, gatewayId } = options
  if (store.boards.list({ limit: 1, offset: 0 }).total > 0) return { seeded: false, board_id: null }

  // One transaction: a crash in here leaves nothing behind, and the next start seeds again.
  return store.write(() => {
    const made = createDemoBoard({ store, lifecycle, notifier, gatewayId, name: 'Launch week', slug: 'launch-week' })
    for (const agentId of made.agent_ids) lifecycle.provision(agentId)
    return { seeded: true, board_id: made.board_id }
  })
}

/** The board, its agents and its tasks; nobody is provisioned. */
export function createDemoBoard(options: {
  store: Store
  lifecycle: Pick<AgentLifecycle, 'create'>
  notifier: AssignmentNotifier
  gatewayId: string
  name: string
  slug: string
}): { board_id: string; agent_ids: string[]; task_ids: string[] } {
  const { store, lifecycle, notifier, gatewayId, name, slug } = options
  return store.write(() => {
    const created = store.boards.create({
      gateway_id: gatewayId,
      name,
      slug,
      description: 'Everything between now and launch day.',
      board_type: 'goal',
      objective: 'Launch on Thursday with a site that works, words that explain, and nobody surprised.',
    })
    const team = new Map(
      demoAgents.map((agent) => [
        agent.name,
        lifecycle.create({
          gateway_id: gatewayId,
          board_id: created.id,
          name: agent.name,
          role: agent.role,
          heartbeat_config: { every: '2m', target: 'none' },
          identity_profile: agent.profile,
        }),
      ]),
    )
    const tasks = demoTasks.map((task) => seedTask(created, team, task))
    store.activity.record({
      event_type: 'board.created',
      message: `The demo board "${name}" was set up with a lead and three workers.`,
      board_id: created.id,
      gateway_id: gatewayId,
    })
    return { board_id: created.id, agent_ids: [...team.values()].map((agent) => agent.id), task_ids: tasks }
  })

  function seedTask(home: BoardRow, team: ReadonlyMap<string, AgentRow>, task: DemoTask): string {
    const id = store.tasks.create({
      board_id: home.id,
      number: store.boards.takeTaskNumber(home.id),
      title: task.title,
      description: task.description,
      status: task.status,
      priority: task.priority,
      due_at: null,
      created_by: person,
    })
    const assignee = task.assignee === undefined ? undefined : team.get(task.assignee)
    if (assignee) store.tasks.setAssignees(id, [assignee.id])
    if (task.blocked_reason !== undefined) store.tasks.update(id, { blocked_reason: task.blocked_reason })
    for (const [author, message] of task.thread ?? []) {
      const agent = team.get(author)
      store.messages.add({
        board_id: home.id,
        task_id: id,
        author_type: agent ? 'agent' : 'user',
        agent_id: agent?.id ?? null,
        author_name: author,
        message,
        mentions: [],
        source_notification_id: null,
      })
    }
    const row = store.tasks.get(id)
    if (task.begins && assignee && row)
      notifier.assigned({ task: row, agent_ids: [assignee.id], actor: { type: 'user', name: person, agent_id: null } })
    return id
  }
}
