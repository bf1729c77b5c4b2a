import type { DoctorState } from '../../../../native-services/contract/doctor.ts'
import { plural, whole } from '../../lib/numbers.ts'

export const strings = {
  title: 'Doctor',
  run: 'Run the Doctor',
  running: (done: number, total: number, step: string | null) => `${done} of ${total}${step ? `: ${step}` : ''}`,
  never: 'The Doctor has not looked yet',
  neverBody:
    'It looks at the data folder, OpenClaw, the gateway, the tokens and workspaces of agents, and this machine, and says what it found, why it matters, and what to do. It changes nothing.',
  copy: 'Copy the report',
  why: 'Why it matters',
  allWell: 'Nothing is wrong',
  broken: (count: number) => `${plural(count, 'thing is', 'things are')} broken`,
  warned: (count: number) => plural(count, 'warning', 'warnings'),
  tally: (count: number, state: DoctorState) =>
    state === 'warning'
      ? plural(count, 'warning', 'warnings')
      : `${whole(count)} ${{ ok: 'all right', bad: 'broken', skipped: 'skipped' }[state]}`,
  lookedAt: 'looked',
  open: 'Open',
  startFailed: 'The Doctor could not be started',
  showOk: 'Show what is all right',
}
