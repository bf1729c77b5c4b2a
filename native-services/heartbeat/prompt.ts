/** What an agent is sent when its heartbeat is due. Nobody reads the answer: the check-in by command is what counts. */
import { agentCommand, asData, asLine, block } from '../domain/prompt-data.ts'
import type { TaskRow } from '../store/tasks.ts'

const tasksShown = 12

/** @param facts.tasks What the agent has to do, most urgent first. */
export function heartbeatPrompt(facts: { now: number; tasks: readonly TaskRow[] }): string {
  const mc = agentCommand(process.platform)
  const tasks = facts.tasks.slice(0, tasksShown).map((task) => `- #${task.number} (${task.status}) ${asLine(task.title, 200)} · ${task.id}`)
  return [
    `Mission Control heartbeat, ${new Date(facts.now).toISOString()}`,
    `First run \`${mc} heartbeat\`: it says that you are there.`,
    tasks.length === 0
      ? 'No task is yours at the moment. Answer HEARTBEAT_OK.'
      : `These are your tasks. Take one concrete step on the most urgent one when it waits for you, and write what came of it in its thread (\`${mc} task comment TASK_ID TEXT\`). When nothing waits for you, answer HEARTBEAT_OK.\n\n${block('tasks', asData(tasks.join('\n'), 10_000))}`,
  ].join('\n')
}
