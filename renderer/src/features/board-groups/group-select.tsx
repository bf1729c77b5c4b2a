/** Chooses the group of a board. Nothing while there are no groups. */
import { Select } from '@mantine/core'
import { strings } from './strings.ts'
import { useBoardGroups } from './use-groups.ts'

export function GroupSelect({ value, onChange }: { value: string | null; onChange: (groupId: string | null) => void }) {
  const groups = useBoardGroups()
  if (groups.length === 0) return null
  return (
    <Select
      label={strings.group}
      description={strings.groupHint}
      placeholder={strings.noGroup}
      clearable
      value={value}
      onChange={onChange}
      data={groups.map((group) => ({ value: group.id, label: group.name }))}
    />
  )
}
