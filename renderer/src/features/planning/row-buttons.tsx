/** What can be done with a row of a list: change it, delete it. */
import { Pencil, Trash2 } from 'lucide-react'
import { attempt } from '../../lib/toast.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { words } from '../../ui/strings.ts'
import { strings } from './strings.ts'

export function EditButton({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" className="iconbtn" aria-label={label} data-main onClick={onClick}>
      <Pencil size={13} aria-hidden />
    </button>
  )
}

/** @param title Of the question, `body` what is lost. */
export function DeleteButton({
  label,
  name,
  title,
  body,
  remove,
}: {
  label: string
  name: string
  title: string
  body: string
  remove: () => Promise<unknown>
}) {
  return (
    <button
      type="button"
      className="iconbtn"
      aria-label={label}
      onClick={() =>
        askOnce({
          title,
          body,
          confirmLabel: strings.delete,
          onConfirm: () => void attempt(remove, { failed: strings.notDeleted, done: words.deleted(name) }),
        })
      }
    >
      <Trash2 size={13} aria-hidden />
    </button>
  )
}
