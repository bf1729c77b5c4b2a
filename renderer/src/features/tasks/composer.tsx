/** Where comments are written: Ctrl/⌘ Enter sends, `@` offers the agents of the board. A draft survives closing the task and loading the page again. */
import { Button } from '@mantine/core'
import { ArrowUp } from 'lucide-react'
import { useEffect, useId, useRef, useState } from 'react'
import type { Agent } from '../../../../native-services/contract/entities.ts'
import { agentStates } from '../../../../native-services/contract/states.ts'
import { AgentAvatar, NameAvatar } from '../../ui/avatar.tsx'
import { Kbd } from '../../ui/parts.tsx'
import { words as uiWords } from '../../ui/strings.ts'
import { pastedFiles } from '../documents/upload.ts'
import { useFileDrop } from '../documents/use-file-drop.ts'
import { changeDraft, dropDraft, readDraft } from './comment-drafts.ts'
import { AttachButton, ComposerFiles, useDraftFiles } from './composer-files.tsx'
import { completeMention, matchNames, mentionAt, type MentionQuery } from './mention.ts'
import { strings } from './strings.ts'

const isMac = /mac/i.test(navigator.userAgent)

/** An agent, or a word that stands for several. */
interface Offer {
  readonly name: string
  readonly agent?: Agent
  readonly hint?: string
}

export function Composer({
  draftKey,
  agents,
  filesOf = null,
  post,
  placeholder = strings.placeholder,
  initial = '',
  sendLabel = strings.send,
  onCancel,
}: {
  /** What the draft belongs to: the id of a task or of a board. */
  draftKey: string
  agents: readonly Agent[]
  /** The task whose comments may carry files. */
  filesOf?: { board_id: string; id: string } | null
  /** Resolves to null when it was not sent; words and files stay then. */
  post: (message: string, fileIds: readonly string[]) => Promise<unknown>
  placeholder?: string
  /** What stands in it at first, when there is no draft; the field takes the focus then. */
  initial?: string
  sendLabel?: string
  onCancel?: () => void
}) {
  const listId = useId()
  const [value, setValue] = useState(readDraft(draftKey).text || initial)
  const [query, setQuery] = useState<MentionQuery | null>(null)
  const [chosen, setChosen] = useState(0)
  const [busy, setBusy] = useState(false)
  const files = useDraftFiles(draftKey, filesOf)
  const drop = useFileDrop(files.add)
  const field = useRef<HTMLTextAreaElement>(null)
  const caretAfter = useRef<number | null>(null)
  // The words for several people stay within reach on a board with many agents.
  const offers: Offer[] = query
    ? [
        ...matchNames<Offer>(
          agents.map((agent) => ({ name: agent.name, agent })),
          query.text,
          7,
        ),
        ...matchNames<Offer>(strings.groups, query.text),
      ]
    : []

  useEffect(() => {
    if (caretAfter.current === null) return
    field.current?.setSelectionRange(caretAfter.current, caretAfter.current)
    caretAfter.current = null
  }, [value])

  // A field that begins with words is there to change them.
  useEffect(() => {
    if (initial === '') return
    field.current?.focus()
    field.current?.setSelectionRange(initial.length, initial.length)
  }, [initial])

  const change = (next: string) => {
    setValue(next)
    changeDraft(draftKey, { text: next })
  }
  const pick = (offer: Offer) => {
    const element = field.current
    if (!query || !element) return
    const next = completeMention(value, element.selectionStart, query, offer.name)
    caretAfter.current = next.caret
    change(next.value)
    setQuery(null)
    element.focus()
  }
  const sendable = (value.trim() !== '' || files.ready.length > 0) && files.sending.length === 0
  const send = async () => {
    if (!sendable || busy) return
    setBusy(true)
    const sent = await post(value.trim() || strings.files.alone(files.ready.map((file) => file.file_name)), files.ids())
    setBusy(false)
    if (!sent) return
    change('')
    files.clear()
    field.current?.focus()
  }

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (offers.length > 0) {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault()
        setChosen((now) => (now + (event.key === 'ArrowDown' ? 1 : offers.length - 1)) % offers.length)
        return
      }
      // With Ctrl or ⌘ it is sent as it stands: a name that was typed out needs no choice.
      if ((event.key === 'Enter' && !event.ctrlKey && !event.metaKey) || event.key === 'Tab') {
        event.preventDefault()
        const offer = offers[chosen] ?? offers[0]
        if (offer) pick(offer)
        return
      }
      if (event.key === 'Escape') {
        event.preventDefault()
        event.stopPropagation()
        setQuery(null)
        return
      }
    }
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      void send()
    }
  }

  return (
    <div
      className="composer"
      {...(filesOf && {
        ...drop.place,
        onPaste: (event: React.ClipboardEvent) => {
          const pasted = pastedFiles(event.clipboardData)
          if (pasted.length === 0) return
          event.preventDefault()
          files.add(pasted)
        },
      })}
    >
      {offers.length > 0 ? (
        <ul className="mention-list" role="listbox" id={listId} aria-label={strings.whoToMention}>
          {offers.map((offer, index) => (
            <li
              key={offer.agent?.id ?? offer.name}
              id={`${listId}-${index}`}
              role="option"
              aria-selected={index === chosen}
              onMouseEnter={() => setChosen(index)}
              onMouseDown={(event) => {
                event.preventDefault()
                pick(offer)
              }}
            >
              {offer.agent ? <AgentAvatar agent={offer.agent} size={20} dot /> : <NameAvatar name="@" size={20} />}
              <span className="grow truncate">{offer.name}</span>
              <span className="faint" style={{ fontSize: 12 }}>
                {offer.agent ? agentStates[offer.agent.status].label : offer.hint}
              </span>
            </li>
          ))}
        </ul>
      ) : null}
      <div className="composer-box">
        <textarea
          ref={field}
          value={value}
          rows={2}
          placeholder={placeholder}
          aria-label={placeholder}
          aria-autocomplete="list"
          aria-controls={offers.length > 0 ? listId : undefined}
          aria-activedescendant={offers.length > 0 ? `${listId}-${chosen}` : undefined}
          maxLength={100_000}
          onChange={(event) => {
            change(event.currentTarget.value)
            setQuery(mentionAt(event.currentTarget.value, event.currentTarget.selectionStart))
            setChosen(0)
          }}
          onKeyDown={onKeyDown}
          onBlur={() => setQuery(null)}
        />
        <ComposerFiles files={files} />
        <div className="row">
          {filesOf ? <AttachButton add={files.add} /> : null}
          <span className="grow faint hide-narrow" style={{ fontSize: 12 }}>
            {drop.over ? (
              strings.files.dropNow
            ) : files.sending.length > 0 ? (
              strings.files.stillSending
            ) : (
              <Kbd>{uiWords.sendKey(isMac)}</Kbd>
            )}
          </span>
          {onCancel ? (
            <Button
              variant="subtle"
              onClick={() => {
                dropDraft(draftKey)
                onCancel()
              }}
            >
              {strings.cancel}
            </Button>
          ) : null}
          <Button leftSection={<ArrowUp size={14} aria-hidden />} loading={busy} disabled={!sendable} onClick={() => void send()}>
            {sendLabel}
          </Button>
        </div>
      </div>
    </div>
  )
}
