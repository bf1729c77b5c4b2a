/** Tags: names, colours, how many tasks use them; two that mean the same become one. */
import { Button, Menu, TextInput } from '@mantine/core'
import { Merge, Plus, Tags as TagsIcon } from 'lucide-react'
import { type FormEvent, useEffect, useState } from 'react'
import type { Tag } from '../../../../native-services/contract/board-work.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { useTags } from '../../lib/store.ts'
import { attempt } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { ListCard } from './list-card.tsx'
import { DeleteButton } from './row-buttons.tsx'
import { strings } from './strings.ts'
import { useTagsRead } from './use-planning.ts'

const words = strings.tags

function Row({ tag, others }: { tag: Tag; others: readonly Tag[] }) {
  const [name, setName] = useState(tag.name)
  const [color, setColor] = useState(tag.color)
  useEffect(() => setName(tag.name), [tag.name])
  useEffect(() => setColor(tag.color), [tag.color])
  const save = async (body: { name?: string; color?: string }) => {
    const saved = await attempt(() => api.call('updateTag', { params: { tag_id: tag.id }, body }), { failed: strings.notSaved })
    if (saved) remember('tag', saved)
    else setName(tag.name)
  }
  return (
    <tr data-row tabIndex={-1}>
      <td style={{ width: 44 }}>
        <input
          type="color"
          className="planning-colors"
          aria-label={words.recolor(tag.name)}
          value={`#${color}`}
          onChange={(event) => setColor(event.currentTarget.value.slice(1))}
          onBlur={() => color !== tag.color && void save({ color })}
        />
      </td>
      <td>
        <TextInput
          aria-label={words.rename(tag.name)}
          value={name}
          maxLength={60}
          w={240}
          onChange={(event) => setName(event.currentTarget.value)}
          onBlur={() => {
            if (name.trim() === '') setName(tag.name)
            else if (name.trim() !== tag.name) void save({ name })
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter') event.currentTarget.blur()
          }}
        />
      </td>
      <td className="num nowrap">{strings.fields.values(tag.task_count)}</td>
      <td>
        <div className="planning-actions">
          <Menu position="bottom-end">
            <Menu.Target>
              <button
                type="button"
                className="iconbtn"
                aria-label={words.mergeOf(tag.name)}
                title={words.merge}
                disabled={others.length === 0}
              >
                <Merge size={13} aria-hidden />
              </button>
            </Menu.Target>
            <Menu.Dropdown mah={300} style={{ overflow: 'auto' }}>
              <Menu.Label>{words.merge}</Menu.Label>
              {others.map((other) => (
                <Menu.Item
                  key={other.id}
                  onClick={() =>
                    askOnce({
                      title: words.mergeTitle(tag.name, other.name),
                      body: words.mergeBody(tag.task_count, tag.name, other.name),
                      confirmLabel: words.merge.replace('…', ` ${other.name}`),
                      onConfirm: () =>
                        void attempt(() => api.call('mergeTag', { params: { tag_id: tag.id }, body: { into_tag_id: other.id } }), {
                          failed: strings.notSaved,
                          done: words.merged(tag.name, other.name),
                        }),
                    })
                  }
                >
                  {other.name}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
          <DeleteButton
            label={`${strings.delete} ${tag.name}`}
            name={tag.name}
            title={words.deleteTitle(tag.name)}
            body={words.deleteBody(tag.task_count)}
            remove={() => api.call('deleteTag', { params: { tag_id: tag.id } })}
          />
        </div>
      </td>
    </tr>
  )
}

export function TagsSection() {
  const tags = useTags()
  const [name, setName] = useState('')
  const add = async (event: FormEvent) => {
    event.preventDefault()
    if (name.trim() === '') return
    const tag = await attempt(() => api.call('createTag', { body: { name, color: '4c6ef5' } }), { failed: strings.notSaved })
    if (!tag) return
    remember('tag', tag)
    setName('')
  }
  return (
    <ListCard
      title={strings.tabs.tags}
      aside={
        <form className="aside row" onSubmit={(event) => void add(event)}>
          <TextInput
            aria-label={words.add}
            placeholder={words.add}
            size="xs"
            value={name}
            maxLength={60}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" size="compact-sm" leftSection={<Plus size={12} aria-hidden />} disabled={name.trim() === ''}>
            {words.add}
          </Button>
        </form>
      }
      lead={words.lead}
      read={useTagsRead()}
      icon={<TagsIcon size={22} aria-hidden />}
      none={words.none}
      noneBody={words.noneBody}
      rows={tags.map((tag) => (
        <Row key={tag.id} tag={tag} others={tags.filter((other) => other.id !== tag.id)} />
      ))}
    />
  )
}
