/** The gateway in one look: is it all right, why not, what to do; then the figures. */
import { Button } from '@mantine/core'
import { Link } from 'wouter'
import type { GatewayRuntime } from '../../../../native-services/contract/entities.ts'
import { supervisorStates } from '../../../../native-services/contract/states.ts'
import { gatewayAction, moveToPort } from '../../lib/actions.ts'
import { duration, useNow } from '../../lib/time.ts'
import { StateIcon } from '../../ui/icon.tsx'
import { Countdown } from '../../ui/time.tsx'
import { strings } from './strings.ts'

/** The gateway's state without its figures; the gateway page shows it, too. */
export function GatewayState({ gateway }: { gateway: GatewayRuntime }) {
  const words = supervisorStates[gateway.state]
  return (
    <>
      <div className="tile-big" data-tone={words.tone}>
        <span style={{ color: 'var(--tone)', display: 'grid' }}>
          <StateIcon name={words.icon} size={19} />
        </span>
        {words.label}
        {gateway.retry_at ? (
          <span className="faint" style={{ fontSize: 13, fontWeight: 400 }}>
            next try in <Countdown to={gateway.retry_at} />
          </span>
        ) : null}
      </div>
      <div className="tile-reason">
        {gateway.reason ?? words.sentence}
        {(gateway.remedy ?? words.remedy) ? <span className="faint"> {gateway.remedy ?? words.remedy}</span> : null}
      </div>
    </>
  )
}

export function GatewayTile({ gateway }: { gateway: GatewayRuntime | null }) {
  const now = useNow()
  if (!gateway) {
    return (
      <section className="card tile" aria-label={strings.gateway}>
        <div className="tile-title">{strings.gateway}</div>
        <div className="tile-big">{strings.noGateway}</div>
        <div className="tile-reason">{strings.noGatewayBody}</div>
        <div>
          <Button variant="default" component={Link} href="/welcome">
            {strings.setUp}
          </Button>
        </div>
      </section>
    )
  }
  const up = gateway.state === 'running' || gateway.state === 'adopted' || gateway.state === 'degraded'
  return (
    <section className="card tile" aria-label={strings.gateway}>
      <div className="tile-title">
        <Link href="/gateway">{strings.gateway}</Link>
        {gateway.state === 'stopped' || gateway.state === 'failed' ? (
          gateway.port_owner && gateway.suggested_port ? (
            <Button variant="default" size="compact-xs" onClick={() => void moveToPort(gateway.suggested_port ?? 0)}>
              Use port {gateway.suggested_port} instead
            </Button>
          ) : (
            <Button variant="default" size="compact-xs" onClick={() => void gatewayAction('startGateway')}>
              Start
            </Button>
          )
        ) : null}
      </div>
      <GatewayState gateway={gateway} />
      <div className="tile-facts">
        {up ? (
          <span>
            <span className="faint">up</span>
            {duration(Math.max(0, now - Date.parse(gateway.since_at)))}
          </span>
        ) : null}
        {gateway.version ? (
          <span>
            <span className="faint">OpenClaw</span>
            {gateway.version}
          </span>
        ) : null}
        {gateway.latency_ms !== null ? (
          <span>
            <span className="faint">answers in</span>
            {Math.round(gateway.latency_ms)} ms
          </span>
        ) : null}
        <span>
          <span className="faint">port</span>
          {gateway.port}
        </span>
        {gateway.restarts > 0 ? (
          <span>
            <span className="faint">restarts</span>
            {gateway.restarts}
          </span>
        ) : null}
      </div>
    </section>
  )
}
