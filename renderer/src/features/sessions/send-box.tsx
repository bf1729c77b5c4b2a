/** Where a person writes to a conversation: Ctrl/⌘ Enter sends. A draft survives closing it. */
import { Button } from '@mantine/core'
import { ArrowUp } from 'lucide-react'
import { useRef, useState } from 'react'
import { Kbd } from '../../ui/parts.tsx'
import { words } from '../../ui/strings.ts'
import { strings } from './strings.ts'

const drafts = new Map<string, string>()
const isMac = /mac/i.test(navigator.userAgent)

export function SendBox({ sessionKey, onSend }: { sessionKey: string; onSend: (message: string) => Promise<boolean> }) {
  const [value, setValue] = useState(drafts.get(sessionKey) ?? '')
  const [busy, setBusy] = useState(false)
  const field = useRef<HTMLTextAreaElement>(null)
  const change = (next: string) => {
    setValue(next)
    drafts.set(sessionKey, next)
  }
  const send = async () => {
    const message = value.trim()
    if (message === '' || busy) return
    setBusy(true)
    const sent = await onSend(message)
    setBusy(false)
    if (sent) change('')
    field.current?.focus()
  }
  return (
    <div className="composer">
      <div className="composer-box">
        <textarea
          ref={field}
          value={value}
          rows={2}
          placeholder={strings.placeholder}
          aria-label={strings.placeholder}
          maxLength={100_000}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
              event.preventDefault()
              void send()
            }
          }}
        />
        <div className="row">
          <span className="grow faint hide-narrow" style={{ fontSize: 12 }}>
            <Kbd>{words.sendKey(isMac)}</Kbd>
          </span>
          <Button leftSection={<ArrowUp size={14} aria-hidden />} loading={busy} disabled={value.trim() === ''} onClick={() => void send()}>
            {strings.send}
          </Button>
        </div>
      </div>
    </div>
  )
}
