/** The gateway in one look: is it all right, layer by layer, why not, what to do; then the figures. */
import { Button } from '@mantine/core'
import { Link } from 'wouter'
import type { GatewayRuntime } from '../../../../native-services/contract/entities.ts'
import { healthVerdictWords } from '../../../../native-services/contract/gateway-health.ts'
import { supervisorStates } from '../../../../native-services/contract/states.ts'
import { gatewayAction, moveToPort } from '../../lib/actions.ts'
import { milliseconds } from '../../lib/numbers.ts'
import { useLive } from '../../lib/store.ts'
import { duration, useAsOf } from '../../lib/time.ts'
import { StateIcon } from '../../ui/icon.tsx'
import { Countdown } from '../../ui/time.tsx'
import { minuteMs } from './delivery-chart.tsx'
import { HealthLayers } from './health-layers.tsx'
import { ProcessSparks } from './process-sparks.tsx'
import { strings } from './strings.ts'
import { useGatewayHealth } from './use-watch.ts'

/** The gateway's state without its figures; the gateway page shows it, too. "Healthy" is said only when a real request succeeded. */
export function GatewayState({ gateway }: { gateway: GatewayRuntime }) {
  const health = useLive((state) => state.gatewayHealth)
  const words = supervisorStates[gateway.state]
  const up = gateway.state === 'running' || gateway.state === 'adopted'
  const verdict = up && health && health.verdict !== 'unknown' && health.verdict !== 'down' ? healthVerdictWords[health.verdict] : null
  const { tone, icon, label } = verdict ?? words
  return (
    <>
      <div className="tile-big" data-tone={tone}>
        <span style={{ color: 'var(--tone)', display: 'grid' }}>
          <StateIcon name={icon} size={19} />
        </span>
        {label}
        {verdict ? <span className="tile-aside">{words.label.toLowerCase()}</span> : null}
        {gateway.retry_at ? (
          <span className="tile-aside">
            {strings.nextTry} <Countdown to={gateway.retry_at} />
          </span>
        ) : null}
      </div>
      <div className="tile-reason tile-reason-lines">
        {verdict ? health?.sentence : (gateway.reason ?? words.sentence)}
        {!verdict && (gateway.remedy ?? words.remedy) ? <span className="faint"> {gateway.remedy ?? words.remedy}</span> : null}
      </div>
    </>
  )
}

/** Seconds only in the first minute: the page is not drawn for them when nothing else happens. */
function Lasting({ since }: { since: string }) {
  return useAsOf((now) => {
    const ms = Math.max(0, now - Date.parse(since))
    return duration(ms < minuteMs ? ms : Math.floor(ms / minuteMs) * minuteMs)
  })
}

export function GatewayTile({ gateway }: { gateway: GatewayRuntime | null }) {
  const health = useGatewayHealth()
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
              {strings.usePort(gateway.suggested_port)}
            </Button>
          ) : (
            <Button variant="default" size="compact-xs" onClick={() => void gatewayAction('startGateway')}>
              {strings.start}
            </Button>
          )
        ) : null}
      </div>
      <GatewayState gateway={gateway} />
      <HealthLayers health={health} />
      <ProcessSparks />
      <div className="tile-facts">
        <span>
          <span className="faint">{strings.facts.up}</span>
          {up ? <Lasting since={gateway.since_at} /> : '—'}
        </span>
        <span>
          <span className="faint">{strings.facts.version}</span>
          {gateway.version ?? '—'}
        </span>
        <span>
          <span className="faint">{strings.facts.latency}</span>
          {gateway.latency_ms === null ? '—' : milliseconds(gateway.latency_ms)}
        </span>
        <span>
          <span className="faint">{strings.facts.port}</span>
          {gateway.port}
        </span>
        {gateway.restarts > 0 ? (
          <span>
            <span className="faint">{strings.facts.restarts}</span>
            {gateway.restarts}
          </span>
        ) : null}
      </div>
    </section>
  )
}
