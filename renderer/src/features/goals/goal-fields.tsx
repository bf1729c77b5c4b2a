/** The fields of a goal, in the dialog of a new board and in a board's settings. */
import './goals.css'
import { Button, NumberInput, Stack, Textarea, TextInput } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import type { Board } from '../../../../native-services/contract/entities.ts'
import { strings } from './strings.ts'

type Figure = number | ''
interface MetricDraft {
  key: string
  name: string
  start: Figure
  current: Figure
  target: Figure
  unit: string
}
export interface GoalDraft {
  objective: string
  target_date: string
  metrics: MetricDraft[]
}

let keys = 0
const newKey = (): string => `metric-${(keys += 1)}`
const emptyMetric = (): MetricDraft => ({ key: newKey(), name: '', start: '', current: '', target: '', unit: '' })

export function draftOf(board: Pick<Board, 'objective' | 'target_date' | 'success_metrics'> | null): GoalDraft {
  return {
    objective: board?.objective ?? '',
    target_date: board?.target_date ?? '',
    metrics: (board?.success_metrics ?? []).map((metric) => ({
      key: newKey(),
      name: metric.name,
      start: metric.start ?? '',
      current: metric.current ?? '',
      target: metric.target ?? '',
      unit: metric.unit ?? '',
    })),
  }
}

const orNull = (value: Figure): number | null => (value === '' ? null : value)

/** What is sent; rows without a name are left out. */
export function goalBody(draft: GoalDraft) {
  const objective = draft.objective.trim() === '' ? null : draft.objective.trim()
  return {
    objective,
    board_type: objective === null ? ('general' as const) : ('goal' as const),
    target_date: draft.target_date === '' ? null : draft.target_date,
    success_metrics: draft.metrics
      .filter((metric) => metric.name.trim() !== '')
      .map((metric) => ({
        name: metric.name.trim(),
        start: orNull(metric.start),
        current: orNull(metric.current),
        target: orNull(metric.target),
        unit: metric.unit.trim() === '' ? null : metric.unit.trim(),
      })),
  }
}

/** Names that stand twice, in lower case. */
function doubled(metrics: readonly MetricDraft[]): ReadonlySet<string> {
  const names = metrics.map((metric) => metric.name.trim().toLowerCase()).filter((name) => name !== '')
  return new Set(names.filter((name, index) => names.indexOf(name) !== index))
}
export const goalFits = (draft: GoalDraft): boolean => doubled(draft.metrics).size === 0

const figures = [
  ['start', strings.from],
  ['current', strings.now],
  ['target', strings.target],
] as const

export function GoalFields({ draft, onChange }: { draft: GoalDraft; onChange: (draft: GoalDraft) => void }) {
  const twice = doubled(draft.metrics)
  const changeMetric = (key: string, patch: Partial<MetricDraft>) =>
    onChange({ ...draft, metrics: draft.metrics.map((metric) => (metric.key === key ? { ...metric, ...patch } : metric)) })
  return (
    <Stack gap={12}>
      <Textarea
        label={strings.objective}
        description={strings.objectiveHint}
        value={draft.objective}
        onChange={(event) => onChange({ ...draft, objective: event.currentTarget.value })}
        autosize
        minRows={1}
        maxRows={6}
      />
      {draft.objective.trim() === '' && draft.metrics.length === 0 ? null : (
        <>
          <TextInput
            type="date"
            label={strings.date}
            value={draft.target_date}
            onChange={(event) => onChange({ ...draft, target_date: event.currentTarget.value })}
            w={200}
          />
          <div role="group" aria-label={strings.metrics}>
            <div style={{ fontWeight: 600, fontSize: 13 }}>{strings.metrics}</div>
            <p className="faint" style={{ margin: '2px 0 8px', fontSize: 12 }}>
              {strings.metricsHint}
            </p>
            <div className="metric-rows">
              {draft.metrics.length > 0 ? (
                <div className="metric-row metric-head" aria-hidden>
                  <span>{strings.name}</span>
                  {figures.map(([field, label]) => (
                    <span key={field}>{label}</span>
                  ))}
                  <span>{strings.unit}</span>
                </div>
              ) : null}
              {draft.metrics.map((metric) => (
                <div key={metric.key} className="metric-row">
                  <TextInput
                    aria-label={strings.name}
                    placeholder={strings.namePlaceholder}
                    value={metric.name}
                    maxLength={120}
                    error={twice.has(metric.name.trim().toLowerCase()) ? strings.twice : undefined}
                    onChange={(event) => changeMetric(metric.key, { name: event.currentTarget.value })}
                  />
                  {figures.map(([field, label]) => (
                    <NumberInput
                      key={field}
                      className="metric-figure"
                      aria-label={`${label}: ${metric.name || strings.name}`}
                      hideControls
                      value={metric[field]}
                      onChange={(value) => changeMetric(metric.key, { [field]: typeof value === 'number' ? value : '' })}
                    />
                  ))}
                  <TextInput
                    className="metric-figure"
                    aria-label={`${strings.unit}: ${metric.name || strings.name}`}
                    value={metric.unit}
                    maxLength={24}
                    onChange={(event) => changeMetric(metric.key, { unit: event.currentTarget.value })}
                  />
                  <button
                    type="button"
                    className="iconbtn"
                    aria-label={strings.remove(metric.name)}
                    onClick={() => onChange({ ...draft, metrics: draft.metrics.filter((each) => each.key !== metric.key) })}
                  >
                    <X size={14} aria-hidden />
                  </button>
                </div>
              ))}
              {draft.metrics.length < 20 ? (
                <div>
                  <Button
                    variant="subtle"
                    leftSection={<Plus size={13} aria-hidden />}
                    onClick={() => onChange({ ...draft, metrics: [...draft.metrics, emptyMetric()] })}
                  >
                    {strings.add}
                  </Button>
                </div>
              ) : null}
            </div>
          </div>
        </>
      )}
    </Stack>
  )
}
