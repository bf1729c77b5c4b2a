/** What an agent is sent when its heartbeat is due. Nobody reads the answer: the check-in by command is what counts. */
import type { FollowUp } from '../domain/follow-up-rules.ts'
import { lasting } from '../domain/stuck-rules.ts'
import { agentCommand, asData, asLine, block } from '../domain/prompt-data.ts'
import type { TaskRow } from '../store/tasks.ts'

const tasksShown = 12

/**
 * @param facts.tasks What the agent has to do, most urgent first.
 * @param facts.follow_ups For leads: tasks of others that stand still.
 */
export function heartbeatPrompt(facts: { now: number; tasks: readonly TaskRow[]; follow_ups: readonly FollowUp<TaskRow>[] }): string {
  const mc = agentCommand(process.platform)
  const tasks = facts.tasks.slice(0, tasksShown).map((task) => `- #${task.number} (${task.status}) ${asLine(task.title, 200)} · ${task.id}`)
  const standing = facts.follow_ups.map(
    ({ task, names, quiet_ms }) =>
      `- #${task.number} (${task.status}) ${asLine(task.title, 200)} · ${task.id} · ${asLine(names.join(', '), 200)}, quiet for ${lasting(quiet_ms)}`,
  )
  return [
    `Mission Control heartbeat, ${new Date(facts.now).toISOString()}`,
    `First run \`${mc} heartbeat\`: it says that you are there.`,
    tasks.length === 0
      ? 'No task is yours at the moment.'
      : `These are your tasks. Take one concrete step on the most urgent one when it waits for you, and write what came of it in its thread (\`${mc} task comment TASK_ID TEXT\`).\n\n${block('tasks', asData(tasks.join('\n'), 10_000))}`,
    ...(standing.length === 0
      ? []
      : [
          `On these tasks of your board nothing has happened for a while. Where the work should go on, ask the agent that has it, once and precisely: \`${mc} request TASK_ID NAME "QUESTION"\`. Leave alone what can wait.`,
          block('standing', asData(standing.join('\n'), 4000)),
        ]),
    'When nothing waits for you, answer HEARTBEAT_OK.',
  ].join('\n')
}
