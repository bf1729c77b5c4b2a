/** Editing, history and deletion of one comment. */
import { Button, Menu } from '@mantine/core'
import { Ellipsis, History, Pencil, Trash2 } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Agent, Comment } from '../../../../native-services/contract/entities.ts'
import type { commentVersions } from '../../../../native-services/contract/threads.ts'
import { api, explain } from '../../lib/api.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Markdown } from '../../ui/markdown.tsx'
import { RelativeTime } from '../../ui/time.tsx'
import { Composer } from './composer.tsx'
import { strings } from './strings.ts'
import { deleteComment, editComment } from './thread-actions.ts'
import type { z } from 'zod'

const words = strings.threads

export function MessageMenu({ comment, onEdit, onHistory }: { comment: Comment; onEdit: () => void; onHistory: () => void }) {
  return (
    <Menu position="bottom-end" width={170}>
      <Menu.Target>
        <button type="button" className="iconbtn message-menu" aria-label={words.actions(comment.author_name)}>
          <Ellipsis size={14} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {comment.author_type === 'user' ? (
          <Menu.Item leftSection={<Pencil size={13} aria-hidden />} onClick={onEdit}>
            {words.edit}
          </Menu.Item>
        ) : null}
        {comment.edited_at ? (
          <Menu.Item leftSection={<History size={13} aria-hidden />} onClick={onHistory}>
            {words.history}
          </Menu.Item>
        ) : null}
        <Menu.Item color="red" leftSection={<Trash2 size={13} aria-hidden />} onClick={() => void deleteComment(comment)}>
          {words.delete}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** The same field as for a new comment; Esc gives up. */
export function MessageEditor({ comment, agents, onDone }: { comment: Comment; agents: readonly Agent[]; onDone: () => void }) {
  return (
    <div
      className="message-editor"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return
        event.preventDefault()
        event.stopPropagation()
        onDone()
      }}
    >
      <Composer
        draftKey={`edit:${comment.id}`}
        agents={agents}
        initial={comment.message}
        placeholder={words.editLabel}
        sendLabel={strings.save}
        onCancel={onDone}
        post={async (message) => {
          const saved = await editComment(comment, message)
          if (saved) onDone()
          return saved
        }}
      />
    </div>
  )
}

export function MessageHistory({ comment, names, onClose }: { comment: Comment; names: readonly string[]; onClose: () => void }) {
  const [items, setItems] = useState<z.infer<typeof commentVersions>['items']>([])
  const [error, setError] = useState<string | null>(null)
  useEffect(() => {
    let current = true
    api.call('listCommentVersions', { params: { board_id: comment.board_id, task_id: comment.task_id, comment_id: comment.id } }).then(
      (answer) => {
        if (current) setItems(answer.items.toReversed())
      },
      (reason: unknown) => {
        if (current) setError(explain(reason))
      },
    )
    return () => {
      current = false
    }
  }, [comment])
  return (
    <Dialog
      opened
      onClose={onClose}
      title={words.historyOf(comment.author_name)}
      size="lg"
      // It is gone before the key has reached the window, where the task behind it would take it for its own.
      closeOnEscape={false}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.preventDefault()
        event.stopPropagation()
        onClose()
      }}
    >
      {error ? <p className="muted">{error}</p> : null}
      <ol className="versions">
        {items.map((each) => (
          <li key={each.version}>
            <div className="row faint" style={{ fontSize: 12 }}>
              <span className="num">{words.version(each.version)}</span>
              <RelativeTime at={each.created_at} />
              {each.current ? <span>{words.current}</span> : null}
            </div>
            <Markdown text={each.message} mentions={names} />
          </li>
        ))}
      </ol>
      <Button variant="default" onClick={onClose} mt={12}>
        {words.closeHistory}
      </Button>
    </Dialog>
  )
}
