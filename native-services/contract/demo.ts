/** The demo inside a control center that is in use: what of it is here. */
import { z } from 'zod'
import { id } from './primitives.ts'

export const demoStates = ['none', 'coming', 'here', 'leaving'] as const

export const demo = z.object({
  /** `coming` and `leaving` while their job runs. */
  state: z.enum(demoStates),
  /** The whole control center was started with `--demo`, in a folder of its own. */
  folder: z.boolean(),
  data_dir: z.string(),
  /** What starts one's own control center in place of the demo's. */
  command: z.string(),
  /** Null while it is not there. */
  board_id: id.nullable(),
  /** Agents of the demo that are there. */
  agents: z.array(z.object({ id, name: z.string() })),
  tasks: z.number().int(),
  /** Tasks that somebody added to the demo's board; they go with it. */
  added_tasks: z.number().int(),
  /** Agents of one's own on the demo's board: then the board stays, and only the demo's own rows go. */
  own_agents: z.number().int(),
})
export type Demo = z.infer<typeof demo>

export const demoLeave = z.object({
  /** False: this host cannot end itself; stop it by hand. */
  stops: z.boolean(),
  /** One's own control center opens in its place by itself (the desktop app); otherwise `command` starts it. */
  restarts: z.boolean(),
  command: z.string(),
  data_dir: z.string(),
})
