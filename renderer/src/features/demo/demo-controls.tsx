/** The demo: one click to have it, one click and one question to be rid of it. */
import { Button, Menu } from '@mantine/core'
import { FlaskConical, LogOut, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Demo } from '../../../../native-services/contract/demo.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { desktop } from '../../lib/desktop.ts'
import { navigate } from '../../lib/hash-location.ts'
import { useAgents, useLive } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { CopyButton, Note } from '../../ui/parts.tsx'
import { JobView } from '../gateway/sync-panel.tsx'
import { Row } from '../settings/parts.tsx'
import { strings } from './strings.ts'
import { useDemo } from './use-demo.ts'

async function start(): Promise<void> {
  const job = await attempt(() => api.call('startDemo'), { failed: strings.notStarted })
  if (!job) return
  remember('job', job)
  navigate('/welcome')
}

function askToRemove(demo: Demo): void {
  askOnce({
    title: strings.removeTitle,
    body: strings.removeBody(demo),
    confirmLabel: strings.remove,
    onConfirm: () =>
      void attempt(() => api.call('removeDemo'), { failed: strings.notRemoved }).then((job) => {
        if (!job) return
        remember('job', job)
        navigate('/welcome')
      }),
  })
}

/** What would go may have changed since the page was opened. */
async function remove(): Promise<void> {
  const demo = await attempt(() => api.call('getDemo'), { failed: strings.notRemoved })
  if (demo) askToRemove(demo)
}

/** Absent where the demo is here, or is all there is. */
export function TryDemoButton({ variant = 'default' }: { variant?: 'filled' | 'default' }) {
  const { demo } = useDemo()
  const provider = useLive((state) => state.modelProvider)
  const agents = useAgents()
  if (!demo || demo.folder || demo.state === 'leaving' || demo.board_id !== null) return null
  const ownModel = provider !== null && provider.kind !== 'none' && provider.kind !== 'demo' && agents.length > 0
  const click = () => {
    if (ownModel)
      askOnce({ title: strings.modelTitle, body: strings.modelBody, confirmLabel: strings.start, onConfirm: () => void start() })
    else void start()
  }
  return (
    <Button variant={variant} leftSection={<FlaskConical size={14} aria-hidden />} disabled={demo.state === 'coming'} onClick={click}>
      {demo.state === 'coming' ? strings.coming : strings.start}
    </Button>
  )
}

function LeaveDemo({ demo }: { demo: Demo }) {
  const [left, setLeft] = useState<{ stops: boolean; restarts: boolean } | null>(null)
  const command = (
    <p className="row">
      <code>{demo.command}</code>
      <CopyButton text={demo.command} label={strings.copy} />
    </p>
  )
  const leave = () =>
    askOnce({
      title: strings.leaveTitle,
      body: (
        <>
          <p>{desktop ? strings.leaveBodyDesktop : strings.leaveBody}</p>
          {desktop ? null : command}
        </>
      ),
      confirmLabel: strings.leave,
      onConfirm: () =>
        void attempt(() => api.call('leaveDemo'), { failed: strings.failed }).then((answer) => {
          if (answer) setLeft(answer)
        }),
    })
  if (left !== null)
    return (
      <Note tone={left.stops ? 'good' : 'warning'}>
        {left.restarts ? strings.restarts : left.stops ? strings.left : strings.notLeft}
        {left.restarts ? null : command}
      </Note>
    )
  return (
    <Button variant="default" leftSection={<LogOut size={14} aria-hidden />} onClick={leave}>
      {strings.leave}
    </Button>
  )
}

/** In the first steps: the demo as a way past all of them. */
export function DemoCard() {
  const { demo, job } = useDemo()
  if (!demo) return null
  const underWay = demo.state === 'coming' || demo.state === 'leaving'
  const [title, body] = demo.folder
    ? [strings.folderTitle, strings.folder(demo.data_dir)]
    : demo.state === 'here'
      ? [strings.hereTitle, strings.here]
      : demo.state === 'leaving'
        ? [strings.leaving, null]
        : demo.state === 'coming'
          ? [strings.coming, strings.lead]
          : [strings.title, strings.lead]
  return (
    <section className="card demo-card" aria-labelledby="demo-title">
      <h2 id="demo-title">
        <FlaskConical size={15} aria-hidden /> {title}
      </h2>
      {body === null ? null : <p className="muted">{body}</p>}
      {job && (underWay || job.state === 'failed') ? <JobView job={job} /> : null}
      <div className="row row-wrap">
        {demo.folder ? (
          <LeaveDemo demo={demo} />
        ) : (
          <>
            {underWay ? null : <TryDemoButton />}
            {demo.board_id !== null && demo.state === 'here' ? (
              <Button component={Link} href={`/boards/${demo.board_id}`}>
                {strings.open}
              </Button>
            ) : null}
            {demo.state === 'here' ? (
              <Button variant="subtle" color="red" leftSection={<Trash2 size={14} aria-hidden />} onClick={() => void remove()}>
                {strings.remove}
              </Button>
            ) : null}
          </>
        )}
      </div>
    </section>
  )
}

/** In the danger zone; absent without a demo. */
export function DemoSetting() {
  const { demo } = useDemo()
  if (demo?.folder)
    return (
      <Row label={strings.folderTitle} hint={strings.folder(demo.data_dir)}>
        <LeaveDemo demo={demo} />
      </Row>
    )
  if (!demo || (demo.state !== 'here' && demo.state !== 'leaving')) return null
  return (
    <Row label={strings.hereTitle} hint={strings.removeHint}>
      <Button variant="default" color="red" disabled={demo.state === 'leaving'} onClick={() => void remove()}>
        {demo.state === 'leaving' ? strings.leaving : strings.remove}
      </Button>
    </Row>
  )
}

/** In a board's menu; absent on every board but the demo's. */
export function DemoMenuItem({ boardId }: { boardId: string }) {
  const { demo } = useDemo()
  if (demo?.board_id !== boardId || demo.folder) return null
  return (
    <Menu.Item color="red" leftSection={<Trash2 size={13} aria-hidden />} disabled={demo.state !== 'here'} onClick={() => void remove()}>
      {strings.remove}
    </Menu.Item>
  )
}
