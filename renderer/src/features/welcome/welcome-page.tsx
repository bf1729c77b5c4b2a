/** The path from nothing to the first answered task. What is done is read from the state of things, so it can be left and resumed. */
import './welcome.css'
import '../gateway/gateway.css'
import { Button } from '@mantine/core'
import { Check, ChevronRight } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Link } from 'wouter'
import { openNewAgent, openNewBoard, openNewTask } from '../../app/palette-state.ts'
import { changeSettings, gatewayAction } from '../../lib/actions.ts'
import { navigate } from '../../lib/hash-location.ts'
import { useAgents, useBoards, useGatewayRuntime, useLive, useTasks } from '../../lib/store.ts'
import { Note, PageHead } from '../../ui/parts.tsx'
import { ProviderForm } from '../gateway/provider-form.tsx'
import { DemoCard } from '../demo/demo-controls.tsx'
import { InstallButton, useInstallJob } from '../gateway/runtime-card.tsx'
import { strings as gatewayStrings } from '../gateway/strings.ts'
import { JobView } from '../gateway/sync-panel.tsx'
import { GatewayState } from '../overview/gateway-tile.tsx'
import '../overview/overview.css'
import { strings } from './strings.ts'
import { useOnboarding } from './use-onboarding.ts'

interface Step {
  title: string
  done: boolean
  doneText: string
  body: ReactNode
}

export function WelcomePage() {
  const runtime = useLive((state) => state.runtime)
  const gateway = useGatewayRuntime()
  const provider = useLive((state) => state.modelProvider)
  const boards = useBoards()
  const agents = useAgents()
  const tasks = useTasks()
  const job = useInstallJob()
  const { done, current } = useOnboarding()
  /** A later step that was opened before its turn: none waits for another. */
  const [ahead, setAhead] = useState<number | null>(null)
  const board = boards[0]

  const steps: Step[] = [
    {
      title: strings.runtime.title,
      done: done[0],
      doneText: strings.runtime.done(runtime?.version ?? null),
      body: (
        <>
          <p className="muted">{strings.runtime.todo}</p>
          {runtime?.problem ? <Note tone="warning">{runtime.problem}</Note> : null}
          {job ? <JobView job={job} /> : null}
          <div>
            <InstallButton />
          </div>
        </>
      ),
    },
    {
      title: strings.gateway.title,
      done: done[1],
      doneText: strings.gateway.done,
      body: (
        <>
          <p className="muted">{strings.gateway.todo}</p>
          {gateway && gateway.state !== 'stopped' ? <GatewayState gateway={gateway} /> : null}
          <div className="row">
            <Button onClick={() => void gatewayAction('startGateway')} disabled={gateway?.state === 'starting'}>
              {strings.gateway.start}
            </Button>
            <Link className="link" href="/gateway">
              {gatewayStrings.facts}
            </Link>
          </div>
        </>
      ),
    },
    {
      title: strings.provider.title,
      done: done[2],
      doneText: strings.provider.done(provider && provider.kind !== 'none' ? gatewayStrings.provider.kinds[provider.kind] : ''),
      body: (
        <>
          <p className="muted">{strings.provider.todo}</p>
          <ProviderForm />
        </>
      ),
    },
    {
      title: strings.board.title,
      done: done[3],
      doneText: strings.board.done(boards.length, agents.length),
      body: (
        <>
          <p className="muted">{strings.board.todo}</p>
          <div className="row">
            <Button variant={boards.length === 0 ? 'filled' : 'default'} onClick={openNewBoard}>
              {strings.board.board}
            </Button>
            <Button variant={boards.length > 0 ? 'filled' : 'default'} disabled={boards.length === 0} onClick={openNewAgent}>
              {strings.board.agent}
            </Button>
          </div>
        </>
      ),
    },
    {
      title: strings.task.title,
      done: done[4],
      doneText: strings.task.done,
      body: (
        <>
          <p className="muted">{tasks.length > 0 ? strings.task.waiting : strings.task.todo}</p>
          <div className="row">
            <Button onClick={() => openNewTask(board?.id ?? null)}>{strings.task.create}</Button>
            {board ? (
              <Link className="link" href={`/boards/${board.id}`}>
                {strings.task.open}
              </Link>
            ) : null}
          </div>
        </>
      ),
    },
  ]
  const finish = () => {
    void changeSettings({ onboarding_done: true })
    navigate('/')
  }

  return (
    <div className="page">
      <PageHead title={strings.title} />
      <div className="page-inner page-narrow">
        <p className="muted">{current === -1 ? strings.allBody : strings.lead}</p>
        <DemoCard />
        <ol className="steps">
          {steps.map((step, index) => {
            const state = step.done ? 'done' : index === current ? 'current' : 'later'
            return (
              <li
                key={step.title}
                className="card step"
                data-state={state}
                data-open={ahead === index || undefined}
                aria-current={state === 'current' ? 'step' : undefined}
              >
                <span className="step-mark">{step.done ? <Check size={14} aria-label={strings.stepDone} /> : index + 1}</span>
                <div>
                  <h2>
                    {state === 'later' ? (
                      <button
                        type="button"
                        className="step-open"
                        aria-expanded={ahead === index}
                        onClick={() => setAhead(ahead === index ? null : index)}
                      >
                        {step.title}
                        <ChevronRight size={14} aria-hidden />
                      </button>
                    ) : (
                      step.title
                    )}
                  </h2>
                  {step.done ? (
                    <p className="muted">{step.doneText}</p>
                  ) : state === 'current' || ahead === index ? (
                    <div className="step-body">{step.body}</div>
                  ) : null}
                </div>
              </li>
            )
          })}
        </ol>
        <div className="row">
          <Button variant={current === -1 ? 'filled' : 'subtle'} onClick={finish}>
            {current === -1 ? strings.finish : strings.skip}
          </Button>
        </div>
      </div>
    </div>
  )
}
