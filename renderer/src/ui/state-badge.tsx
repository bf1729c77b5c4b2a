/** A state, always with its meaning, its reason and what to do on hover or focus. */
import { Tooltip } from '@mantine/core'
import type { StateWords } from '../../../native-services/contract/states.ts'
import { StateIcon } from './icon.tsx'

export function StateBadge({
  words,
  reason,
  variant = 'plain',
  label,
}: {
  words: StateWords
  reason?: string | null
  variant?: 'plain' | 'chip'
  label?: string
}) {
  const tip = (
    <>
      <div>{reason ?? words.sentence}</div>
      {words.remedy ? <div style={{ opacity: 0.75 }}>{words.remedy}</div> : null}
    </>
  )
  return (
    <Tooltip label={tip}>
      <span className={variant === 'chip' ? 'chip' : 'state'} data-tone={words.tone}>
        <StateIcon name={words.icon} size={variant === 'chip' ? 12 : 14} />
        {label ?? words.label}
      </span>
    </Tooltip>
  )
}
