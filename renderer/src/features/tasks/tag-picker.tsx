/** Tags of a task, by name; a name that is new becomes a tag. */
import { TagsInput } from '@mantine/core'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { changeTask, remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { useTags } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { strings } from './strings.ts'

/** Hues that can be told apart on both themes; a new tag takes the next one. */
const colors = ['4c6ef5', '12b886', 'f59f00', 'e64980', '7950f2', '1098ad', '82c91e', 'fd7e14']

export function TagPicker({ task }: { task: Task }) {
  const tags = useTags()
  const chosen = tags.filter((tag) => task.tag_ids.includes(tag.id))
  const change = async (names: string[]) => {
    const ids: string[] = []
    for (const name of names) {
      const known = tags.find((tag) => tag.name.toLowerCase() === name.trim().toLowerCase())
      const color = colors[tags.length % colors.length] ?? '4c6ef5'
      const tag = known ?? (await attempt(() => api.call('createTag', { body: { name, color } }), { failed: strings.tagNotMade }))
      if (!tag) return
      if (!known) remember('tag', tag)
      ids.push(tag.id)
    }
    await changeTask(task, { tag_ids: ids })
  }
  return (
    <div className="property">
      <span>{strings.tags}</span>
      <TagsInput
        size="xs"
        aria-label={strings.tags}
        placeholder={chosen.length === 0 ? strings.none : ''}
        value={chosen.map((tag) => tag.name)}
        data={tags.map((tag) => tag.name)}
        maxTags={50}
        onChange={(names) => void change(names)}
      />
    </div>
  )
}
