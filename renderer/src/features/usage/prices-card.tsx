/** The price table, for Settings. */
import './usage.css'
import { Button, NumberInput, TextInput } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { ModelPrice, ModelPrices } from '../../../../native-services/contract/usage.ts'
import { api } from '../../lib/api.ts'
import { attempt, toast } from '../../lib/toast.ts'
import { strings } from './strings.ts'

const words = strings.prices
type Numbers = 'input' | 'output' | 'cache_read' | 'cache_write'
const columns: readonly [Numbers, string][] = [
  ['input', words.input],
  ['output', words.output],
  ['cache_read', words.cacheRead],
  ['cache_write', words.cacheWrite],
]

export function PricesCard() {
  const [prices, setPrices] = useState<ModelPrices | null>(null)
  const [rows, setRows] = useState<readonly ModelPrice[]>([])
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    const controller = new AbortController()
    api.call('getModelPrices', { signal: controller.signal }).then(
      (answer) => {
        setPrices(answer)
        setRows(answer.items)
      },
      () => undefined,
    )
    return () => controller.abort()
  }, [])
  if (!prices) return null
  const change = (index: number, patch: Partial<ModelPrice>) => setRows(rows.map((row, at) => (at === index ? { ...row, ...patch } : row)))
  const add = (pattern: string) => setRows([...rows, { pattern, input: 0, output: 0, cache_read: null, cache_write: null }])
  const missing = prices.unknown.filter((model) => !rows.some((row) => row.pattern === model))
  const dirty = JSON.stringify(rows) !== JSON.stringify(prices.items)
  const save = async () => {
    setBusy(true)
    const answer = await attempt(() => api.call('setModelPrices', { body: { items: [...rows] } }), { failed: words.failed })
    setBusy(false)
    if (!answer) return
    toast(words.saved(answer.repriced_runs))
    setPrices(answer)
    setRows(answer.items)
  }
  return (
    <section aria-labelledby="prices-title" id="prices">
      <h2 className="section-title setting-title" id="prices-title">
        {words.title}
      </h2>
      <div className="card">
        <div className="card-body stack" style={{ gap: 10 }}>
          <p className="muted">{words.lead}</p>
          {prices.catalogue.length > 0 ? (
            <p className="faint">
              {words.catalogue}:{' '}
              {prices.catalogue.map((entry) => `${entry.provider}/${entry.model} $${entry.input} / $${entry.output}`).join(', ')}
            </p>
          ) : null}
          {missing.length > 0 ? <p className="muted">{words.unknown(missing.join(', '))}</p> : null}
          {rows.length > 0 ? (
            <div className="table-wrap">
              <table className="table usage-prices">
                <thead>
                  <tr>
                    <th>{words.pattern}</th>
                    {columns.map(([key, label]) => (
                      <th key={key}>{label}</th>
                    ))}
                    <th>
                      <span className="visually-hidden">{words.remove('')}</span>
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {rows.map((row, index) => (
                    // Lines have no name of their own while they are written.
                    <tr key={index}>
                      <td>
                        <TextInput
                          size="xs"
                          aria-label={words.pattern}
                          placeholder="provider/model-*"
                          value={row.pattern}
                          onChange={(event) => change(index, { pattern: event.currentTarget.value })}
                        />
                      </td>
                      {columns.map(([key, label]) => (
                        <td key={key}>
                          <NumberInput
                            size="xs"
                            aria-label={`${label}, ${row.pattern}`}
                            min={0}
                            decimalScale={6}
                            hideControls
                            prefix="$"
                            placeholder={key.startsWith('cache') ? words.same : '$0'}
                            value={row[key] ?? ''}
                            onChange={(value) =>
                              change(index, { [key]: value === '' ? (key.startsWith('cache') ? null : 0) : Number(value) })
                            }
                          />
                        </td>
                      ))}
                      <td>
                        <button
                          type="button"
                          className="iconbtn"
                          aria-label={words.remove(row.pattern)}
                          onClick={() => setRows(rows.filter((_, at) => at !== index))}
                        >
                          <X size={14} aria-hidden />
                        </button>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          ) : null}
          <div className="row" style={{ gap: 8 }}>
            <Button variant="default" leftSection={<Plus size={13} aria-hidden />} onClick={() => add(missing[0] ?? '')}>
              {words.add}
            </Button>
            <Button disabled={!dirty || rows.some((row) => row.pattern.trim() === '')} loading={busy} onClick={() => void save()}>
              {words.save}
            </Button>
          </div>
        </div>
      </div>
    </section>
  )
}
