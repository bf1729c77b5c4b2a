/**
 * A control center as it looks after a week of use, filled through the API like anything else: boards with work in every column, threads,
 * requests, documents, plans. For tests and pictures of the pages; it runs on the services alone and on a whole host.
 */
import type { ApiClient } from '../../native-services/contract/client.ts'
import type { Agent, Board, Task } from '../../native-services/contract/entities.ts'
import type { BodyInputOf } from '../../native-services/contract/operations.ts'

/** Calls as an agent. */
export interface LivelyAgent {
  readonly agent: Agent
  readonly api: ApiClient
}

export interface Lively {
  readonly board: Board
  readonly group: { readonly id: string }
  /** With a description, a thread, a request, a document and a file. */
  readonly task: Task
  readonly document: { readonly id: string }
}

const day = 86_400_000
const inDays = (days: number): string => new Date(Date.now() + days * day).toISOString()

const plan = `## What this is about
The launch page needs a **first screen that explains itself** in one breath.

- the headline says what it does
- one picture, no carousel
- the price is *on the page*, not behind a form

| step | who | when |
|---|---|---|
| draft | Writer | Monday |
| picture | Designer | Tuesday |
| review | Lead | Wednesday |
`

/** @param options.agents At least one; the first asks and comments. They are not given work, so that nothing moves while one looks. */
export async function fillLively({ api, agents }: { api: ApiClient; agents: readonly LivelyAgent[] }): Promise<Lively> {
  const board = await api.call('createBoard', {
    body: {
      name: 'Website relaunch',
      description: 'Everything until the new pages stand.',
      board_type: 'goal',
      objective: 'The new pages are live before the fair, and twice as many visitors try the product.',
      success_metrics: [
        { name: 'Pages done', start: 0, current: 14, target: 22, unit: 'pages' },
        { name: 'Visitors who try it', start: 2.1, current: 3.4, target: 4.2, unit: '%' },
      ],
      target_date: inDays(24).slice(0, 10),
      goal_confirmed: true,
    },
  })
  const params = { board_id: board.id }
  const other = await api.call('createBoard', { body: { name: 'Support', description: 'What customers ask.' } })
  const group = await api.call('createBoardGroup', {
    body: { name: 'Company', description: 'What both boards need to know of each other.', board_ids: [board.id, other.id] },
  })
  await api.call('createGroupMemory', {
    params: { board_group_id: group.id },
    body: { content: 'The fair begins on the 3rd. Nothing goes live in that week.', tags: ['chat'] },
  })

  const tag = async (name: string, color: string) => (await api.call('createTag', { body: { name, color } })).id
  const tags = {
    design: await tag('design', '9c36b5'),
    copy: await tag('copy', '0ca678'),
    bug: await tag('bug', 'e03131'),
    legal: await tag('legal', '868e96'),
  }
  await api.call('createCustomField', {
    body: {
      field_key: 'channel',
      label: 'Channel',
      field_type: 'select',
      options: ['Web', 'Mail', 'Fair'],
      ui_visibility: 'if_set',
      board_ids: [board.id],
    },
  })
  await api.call('createCustomField', { body: { field_key: 'words', label: 'Words', field_type: 'number', board_ids: [board.id] } })
  await api.call('createTaskTemplate', {
    body: { name: 'Blog post', title: 'Blog post: ', description: plan, tag_ids: [tags.copy], board_id: board.id },
  })
  await api.call('createTaskTemplate', {
    body: { name: 'Bug', title: 'Bug: ', description: 'What happens, what should happen, since when.', tag_ids: [tags.bug] },
  })
  await api.call('createBoardTemplate', {
    body: { board_id: other.id, name: 'Support desk', description: 'A board for what customers ask.' },
  })
  for (const [name, schedule, title] of [
    ['Weekly report', '0 9 * * 1', 'Write the weekly report'],
    ['Broken links', '0 6 * * *', 'Look for broken links'],
    ['Invoices', '0 8 1 * *', 'Check the invoices of last month'],
  ] as const)
    await api.call('createRecurringTask', { params, body: { name, schedule, title, timezone: 'Europe/Berlin', priority: 'medium' } })

  const make = (body: BodyInputOf<'createTask'>) => api.call('createTask', { params, body })
  const to = (task: Task, body: BodyInputOf<'updateTask'>) => api.call('updateTask', { params: { ...params, task_id: task.id }, body })
  const task = await make({
    title: 'First screen of the launch page',
    description: plan,
    priority: 'high',
    due_at: inDays(2),
    tag_ids: [tags.design, tags.copy],
    custom_field_values: { channel: 'Web', words: 180 },
  })
  const imprint = await make({ title: 'Imprint and privacy in both languages', tag_ids: [tags.legal], due_at: inDays(-1) })
  for (const [title, priority, tagId] of [
    ['Compare three shops for the merchandise', 'low', null],
    ['Redirects of the old addresses', 'medium', tags.bug],
    ['Photographs of the team without the wall', 'medium', tags.design],
    ['A page for the press with logos to download', 'low', tags.copy],
    ['Cookie notice covers the button on small telephones', 'urgent', tags.bug],
  ] as const)
    await make({ title, priority, ...(tagId ? { tag_ids: [tagId] } : {}) })
  for (const [title, status] of [
    ['Prices in the table agree with the shop', 'review'],
    ['Fonts come with the page', 'review'],
    ['Choose the picture of the first screen', 'done'],
    ['Names of the pages', 'done'],
    ['Colours pass the contrast check', 'done'],
  ] as const)
    await to(await make({ title }), { status })
  await to(imprint, { status: 'blocked', blocked_reason: 'The lawyer has not sent the text of the second language yet.' })
  await to(await make({ title: 'Go live', priority: 'high', due_at: inDays(20), depends_on_task_ids: [task.id, imprint.id] }), {
    priority: 'urgent',
  })
  for (const [title, status] of [
    ['Where is my order 4711?', 'inbox'],
    ['Change of address', 'done'],
    ['A refund that arrived twice', 'review'],
  ] as const) {
    const asked = await api.call('createTask', { params: { board_id: other.id }, body: { title } })
    if (status !== 'inbox') await api.call('updateTask', { params: { board_id: other.id, task_id: asked.id }, body: { status } })
  }

  const at = { ...params, task_id: task.id }
  await api.call('createComment', {
    params: at,
    body: { message: 'The shorter the better. Look at how the [guide](https://example.com/guide) begins.' },
  })
  const document = await api.call('createDocument', {
    params,
    body: {
      title: 'House style',
      type: 'reference',
      content: `# House style\n\n${plan}\nWrite *you*, not *the user*.\n`,
      task_id: task.id,
    },
  })
  await api.call('createDocument', {
    params,
    body: { title: 'Texts of the first screen', type: 'deliverable', content: '# Mission Control\n\nYour agents, in one place.\n' },
  })
  await api.call('createBoardMemory', { params, body: { content: 'We say “agents”, never “bots”.', tags: ['chat'] } })
  await api.call('createWebhook', { params, body: { description: 'The shop reports an order that went wrong' } })
  await api.call('setUsageCap', { params: { scope: 'all' }, body: { soft_usd_micros: 5_000_000, hard_usd_micros: 10_000_000 } })

  // Requests are made by agents, on the board that they work on.
  const [first, second = first] = agents
  if (first?.agent.board_id) {
    const home = { board_id: first.agent.board_id }
    await first.api.call('agentCreateApproval', {
      params: home,
      body: {
        action_type: 'publish_post',
        confidence: 82,
        lead_reasoning:
          'The text was read by two of us, and the picture is ours. Publishing cannot be taken back: the newsletter goes out with it.',
        payload: { channel: 'newsletter', recipients: 4180, subject: 'Mission Control 1.0' },
        rubric_scores: { tone: 9, facts: 8, length: 7 },
      },
    })
    await first.api.call('agentCreateApproval', {
      params: home,
      body: { action_type: 'delete_branch', confidence: 55, lead_reasoning: 'It was merged last week, and nobody has touched it since.' },
    })
  }
  if (second?.agent.board_id) {
    await second.api.call('agentAskUser', {
      params: { board_id: second.agent.board_id },
      body: { content: 'Which of the two headlines shall it be?\n\n1. *Your agents, in one place*\n2. *Work that gets done*' },
    })
  }
  return { board, group, task, document }
}
