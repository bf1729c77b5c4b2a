/** A text field for files: fixed width, Tab indents, Escape then Tab leaves it, Ctrl/⌘ S saves. */
import { Textarea } from '@mantine/core'
import { type KeyboardEvent, useRef } from 'react'

export function CodeArea({
  value,
  onChange,
  onSave,
  label,
  placeholder,
  minRows = 4,
  readOnly = false,
}: {
  value: string
  onChange: (value: string) => void
  onSave: () => void
  label: string
  placeholder?: string
  minRows?: number
  readOnly?: boolean
}) {
  const leaving = useRef(false)
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 's') {
      event.preventDefault()
      onSave()
      return
    }
    if (event.key === 'Escape') {
      leaving.current = true
      return
    }
    if (event.key === 'Tab' && !event.shiftKey && !event.ctrlKey && !event.altKey && !leaving.current && !readOnly) {
      event.preventDefault()
      const field = event.currentTarget
      const { selectionStart: start, selectionEnd: end } = field
      // The only way that keeps the browser's own undo.
      if (!document.execCommand('insertText', false, '  ')) {
        field.setRangeText('  ', start, end, 'end')
        onChange(field.value)
      }
    }
    if (event.key !== 'Shift') leaving.current = false
  }
  return (
    <Textarea
      classNames={{ input: 'code-area' }}
      aria-label={label}
      placeholder={placeholder ?? ''}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={onKeyDown}
      onBlur={() => {
        leaving.current = false
      }}
      autosize
      minRows={minRows}
      spellCheck={false}
      readOnly={readOnly}
    />
  )
}
