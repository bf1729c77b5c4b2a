/** The layers of the gateway's health with everything that is known of them, and what the processes cost: for the gateway's page. */
import { Button } from '@mantine/core'
import { Stethoscope } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { healthLayerWords, healthVerdictWords } from '../../../../native-services/contract/gateway-health.ts'
import { processParts } from '../../../../native-services/contract/process-metrics.ts'
import { api } from '../../lib/api.ts'
import { useLive, useLocalGateway } from '../../lib/store.ts'
import { duration, useNow } from '../../lib/time.ts'
import { attempt } from '../../lib/toast.ts'
import { RelativeTime } from '../../ui/time.tsx'
import { LayerIcon, layerFigure } from './health-layers.tsx'
import { cpuText, memoryText, ProcessSparks, trendText } from './process-sparks.tsx'
import { strings } from './strings.ts'
import { useGatewayHealth } from './use-watch.ts'

export function HealthCard() {
  const health = useGatewayHealth()
  const gateway = useLocalGateway()
  const metrics = useLive((state) => state.processes)
  const now = useNow()
  const [busy, setBusy] = useState(false)
  if (!gateway) return null
  const look = () => {
    setBusy(true)
    void attempt(() => api.call('checkGatewayHealth', { params: { gateway_id: gateway.id } }), { failed: strings.checkFailed })
      .then((seen) => seen && useLive.setState({ gatewayHealth: seen }))
      .finally(() => setBusy(false))
  }
  const verdict = health ? healthVerdictWords[health.verdict] : null
  return (
    <section className="card wide" aria-labelledby="health-title">
      <div className="card-head">
        <h2 id="health-title">{strings.health}</h2>
        {verdict ? (
          <span className="chip" data-tone={verdict.tone}>
            {verdict.label}
          </span>
        ) : null}
        <span className="aside">
          <Button variant="default" size="compact-xs" loading={busy} onClick={look}>
            {strings.checkNow}
          </Button>
          <Button variant="default" size="compact-xs" component={Link} href="/doctor" leftSection={<Stethoscope size={12} aria-hidden />}>
            {strings.doctor}
          </Button>
        </span>
      </div>
      <table className="table layer-table">
        <tbody>
          {(health?.layers ?? []).map((layer) => (
            <tr key={layer.layer}>
              <th scope="row">
                <span className="row" style={{ gap: 8 }}>
                  <LayerIcon state={layer.state} />
                  {healthLayerWords[layer.layer].label}
                </span>
              </th>
              <td className="layer-said">
                {layer.error ? (
                  <code className="layer-error">{layer.error}</code>
                ) : layer.layer === 'run' && health?.last_run ? (
                  <Link className="link" href={`/agents/${health.last_run.agent_id}`}>
                    {layer.detail}
                  </Link>
                ) : (
                  (layer.detail ?? (layer.state === 'ok' ? strings.layerOk[layer.layer] : healthLayerWords[layer.layer].asks))
                )}
              </td>
              <td className="num nowrap">{layer.layer === 'run' ? '' : layerFigure(layer, now)}</td>
              <td className="faint nowrap num hide-narrow">
                {layer.state === 'unknown' ? null : layer.layer === 'run' ? (
                  <RelativeTime at={layer.since_at} />
                ) : (
                  strings.lasting(duration(Math.max(0, now - Date.parse(layer.since_at))))
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="card-body process-block">
        <ProcessSparks />
        <table className="table process-table">
          <thead>
            <tr>
              <th>{strings.process}</th>
              <th className="num">{strings.memoryHead}</th>
              <th className="num">{strings.trendHead}</th>
              <th className="num">{strings.cpuHead}</th>
              <th className="num">{strings.countHead}</th>
            </tr>
          </thead>
          <tbody>
            {processParts.map((part) => {
              const state = metrics?.parts.find((each) => each.part === part)
              return (
                <tr key={part}>
                  <td>{strings.parts[part]}</td>
                  <td className="num">{memoryText(state?.rss)}</td>
                  <td className="num">{trendText(state?.trend_mb_h)}</td>
                  <td className="num">{cpuText(state?.cpu)}</td>
                  <td className="num">{state?.processes ?? 0}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </section>
  )
}
