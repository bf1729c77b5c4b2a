/** The bar above the lines: what is looked for, and what can be done with what is found. */
import { ActionIcon, Button, Menu, Popover, Select, TextInput, Tooltip } from '@mantine/core'
import { Clock, Copy, Ellipsis, Regex, Search, WrapText, X } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import type { QueryValues } from '../../lib/hash-location.ts'
import { desktop, wanted } from '../../lib/desktop.ts'
import { useAgents } from '../../lib/store.ts'
import { toastError } from '../../lib/toast.ts'
import { type LogFilter, serverQuery } from './log-filter.ts'
import { strings } from './strings.ts'

/** A search is asked when the typing pauses. */
const typingMs = 150

export function LogFilters({
  filter,
  query,
  setQuery,
  wrap,
  onCopy,
  onJump,
  folder,
  children,
}: {
  filter: LogFilter
  query: QueryValues
  setQuery: (patch: Record<string, string | null>) => void
  wrap: boolean
  onCopy: () => void
  onJump: (iso: string) => void
  folder: string | null
  children: ReactNode
}) {
  const agents = useAgents()
  const bridge = desktop
  const [text, setText] = useState(filter.text)
  const [jump, setJump] = useState(false)
  const [moment, setMoment] = useState('')
  useEffect(() => setText(filter.text), [filter.text])
  useEffect(() => {
    if (text === filter.text) return
    const timer = setTimeout(() => setQuery({ q: text, line: null }), typingMs)
    return () => clearTimeout(timer)
    // oxlint-disable-next-line react/exhaustive-deps -- only typing asks
  }, [text])
  const exportLink = (format: string) => `/api/v1/logs/export?${new URLSearchParams({ ...serverQuery(filter), format }).toString()}`
  const chips = (['scope', 'request', 'run'] as const).filter((key) => query[key])

  return (
    <div className="filters">
      <TextInput
        data-page-filter
        aria-label={strings.filter}
        placeholder={strings.filter}
        leftSection={<Search size={13} aria-hidden />}
        rightSection={
          <Tooltip label={strings.regex}>
            <ActionIcon
              variant={filter.regex ? 'light' : 'subtle'}
              {...(filter.regex ? {} : { color: 'gray' })}
              size="sm"
              aria-label={strings.regex}
              aria-pressed={filter.regex}
              onClick={() => setQuery({ regex: filter.regex ? null : 'true' })}
            >
              <Regex size={13} aria-hidden />
            </ActionIcon>
          </Tooltip>
        }
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        w={260}
      />
      <Select
        aria-label={strings.level}
        allowDeselect={false}
        w={165}
        value={filter.level}
        onChange={(value) => setQuery({ level: value === 'info' ? null : value })}
        data={Object.entries(strings.levels).map(([value, label]) => ({ value, label }))}
      />
      <Select
        aria-label={strings.source}
        placeholder={strings.anySource}
        clearable
        w={135}
        value={filter.source || null}
        onChange={(value) => setQuery({ source: value })}
        data={Object.entries(strings.sources).map(([value, label]) => ({ value, label }))}
      />
      <Select
        aria-label={strings.agent}
        placeholder={strings.anyAgent}
        clearable
        searchable
        w={145}
        value={filter.agent || null}
        onChange={(value) => setQuery({ agent: value })}
        data={agents.map((each) => ({ value: each.id, label: each.name }))}
      />
      {chips.map((key) => (
        <span key={key} className="log-chip">
          {strings.only[key]} <b>{query[key]}</b>
          <button
            type="button"
            aria-label={strings.removeFilter(`${strings.only[key]} ${query[key]}`)}
            onClick={() => setQuery({ [key]: null })}
          >
            <X size={12} aria-hidden />
          </button>
        </span>
      ))}
      <span className="grow" />
      <Popover opened={jump} onChange={setJump} position="bottom-end" trapFocus>
        <Popover.Target>
          <Tooltip label={strings.jump} disabled={jump}>
            <button type="button" className="iconbtn" aria-label={strings.jump} aria-expanded={jump} onClick={() => setJump((now) => !now)}>
              <Clock size={14} aria-hidden />
            </button>
          </Tooltip>
        </Popover.Target>
        <Popover.Dropdown>
          <form
            className="log-jump"
            onSubmit={(event) => {
              event.preventDefault()
              const at = new Date(moment)
              if (Number.isNaN(at.getTime())) return
              setJump(false)
              onJump(at.toISOString())
            }}
          >
            <TextInput
              type="datetime-local"
              step={1}
              label={strings.jump}
              value={moment}
              onChange={(event) => setMoment(event.currentTarget.value)}
            />
            <Button type="submit" disabled={moment === ''}>
              {strings.go}
            </Button>
          </form>
        </Popover.Dropdown>
      </Popover>
      <Tooltip label={strings.wrap}>
        <button
          type="button"
          className="iconbtn"
          aria-label={strings.wrap}
          aria-pressed={wrap}
          onClick={() => setQuery({ wrap: wrap ? null : 'true' })}
        >
          <WrapText size={14} aria-hidden />
        </button>
      </Tooltip>
      <Tooltip label={strings.copy}>
        <button type="button" className="iconbtn" aria-label={strings.copy} onClick={onCopy}>
          <Copy size={14} aria-hidden />
        </button>
      </Tooltip>
      <Menu position="bottom-end">
        <Menu.Target>
          <button type="button" className="iconbtn" aria-label={strings.more}>
            <Ellipsis size={14} aria-hidden />
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{strings.exportNote}</Menu.Label>
          <Menu.Item component="a" href={exportLink('ndjson')} download>
            {strings.exportNdjson}
          </Menu.Item>
          <Menu.Item component="a" href={exportLink('text')} download>
            {strings.exportText}
          </Menu.Item>
          {bridge ? (
            <Menu.Item
              onClick={() => {
                wanted(bridge.revealDataFolder()).catch((error: unknown) => toastError(strings.openFolder, error))
              }}
            >
              {strings.openFolder}
            </Menu.Item>
          ) : folder === null ? null : (
            <Menu.Label>
              {strings.folder} <code>{folder}</code>
            </Menu.Label>
          )}
        </Menu.Dropdown>
      </Menu>
      {children}
    </div>
  )
}
