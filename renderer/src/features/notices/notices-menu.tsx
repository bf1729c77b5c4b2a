/** The bell: what happened that the operator wants to know of, newest first. */
import './notices.css'
import { Button, NativeSelect, Popover, Tooltip } from '@mantine/core'
import { Bell, Mail, MailOpen } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { type NoticeKind, noticeKinds } from '../../../../native-services/contract/notice-kinds.ts'
import type { OperatorNotice } from '../../../../native-services/contract/threads.ts'
import { moveInList } from '../../lib/keys.ts'
import { pressed } from '../../lib/shortcuts.ts'
import { useLive, useNotices } from '../../lib/store.ts'
import { RelativeTime } from '../../ui/time.tsx'
import { readNotices, setNoticeRead } from './notice-actions.ts'
import { strings } from './strings.ts'

type Shown = NoticeKind | 'all' | 'unread'
const mostShown = 100

function Row({ notice, onOpen }: { notice: OperatorNotice; onOpen: () => void }) {
  const unread = notice.read_at === null
  const Icon = unread ? MailOpen : Mail
  return (
    <li className="notice" data-unread={unread ? '' : undefined}>
      <span className="dot" aria-hidden />
      <Link
        href={notice.link}
        data-row
        onClick={() => {
          void setNoticeRead(notice, true)
          onOpen()
        }}
        onKeyDown={(event) => {
          if (pressed(event, 'notices', 'read')) void setNoticeRead(notice, unread)
        }}
      >
        {unread ? <span className="visually-hidden">{strings.unread}: </span> : null}
        <span className="notice-title">{notice.title}</span>
        {notice.body ? <span className="notice-body">{notice.body}</span> : null}
        <span className="notice-foot">
          {strings.kinds[notice.kind].label} · <RelativeTime at={notice.updated_at} />
          {notice.count > 1 ? ` · ${strings.times(notice.count)}` : ''}
        </span>
      </Link>
      <button
        type="button"
        className="iconbtn"
        aria-label={`${unread ? strings.markRead : strings.markUnread}: ${notice.title}`}
        title={unread ? strings.markRead : strings.markUnread}
        onClick={() => void setNoticeRead(notice, unread)}
      >
        <Icon size={13} aria-hidden />
      </button>
    </li>
  )
}

export function NoticesMenu() {
  const [open, setOpen] = useState(false)
  const [shown, setShown] = useState<Shown>('all')
  const preferences = useLive((state) => state.settings?.notices)
  // What is only for the desktop is kept for it, and shown there.
  const notices = useNotices().filter((notice) => preferences?.[notice.kind].centre !== false)
  const unread = notices.filter((notice) => notice.read_at === null).length
  const listed = notices.filter((notice) => shown === 'all' || (shown === 'unread' ? notice.read_at === null : notice.kind === shown))
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width={400} trapFocus returnFocus>
      <Popover.Target>
        <Tooltip label={strings.bell(unread)} disabled={open}>
          <button
            type="button"
            className="iconbtn bell"
            aria-label={strings.bell(unread)}
            aria-haspopup="dialog"
            aria-expanded={open}
            onClick={() => setOpen((value) => !value)}
          >
            <Bell size={15} aria-hidden />
            {unread > 0 ? (
              <span className="bell-count" aria-hidden>
                {unread > 99 ? '99+' : unread}
              </span>
            ) : null}
          </button>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={strings.title}>
        <div className="notices-head">
          <h2 className="grow">{strings.title}</h2>
          <NativeSelect
            size="xs"
            aria-label={strings.filter}
            value={shown}
            onChange={(event) => setShown(event.currentTarget.value as Shown)}
            data={[
              { value: 'all', label: strings.all },
              { value: 'unread', label: strings.unread },
              ...noticeKinds.map((kind) => ({ value: kind, label: strings.kinds[kind].plural })),
            ]}
          />
          <Button
            variant="subtle"
            size="compact-xs"
            disabled={!listed.some((notice) => notice.read_at === null)}
            onClick={() => void readNotices(shown === 'all' || shown === 'unread' ? null : shown)}
          >
            {strings.markAll}
          </Button>
        </div>
        {listed.length === 0 ? (
          <p className="muted" style={{ padding: '4px 10px 10px' }}>
            {shown === 'all' ? strings.none : strings.noneOfKind}
          </p>
        ) : (
          <ul className="notices-list" onKeyDown={moveInList}>
            {listed.slice(0, mostShown).map((notice) => (
              <Row key={notice.id} notice={notice} onOpen={() => setOpen(false)} />
            ))}
          </ul>
        )}
      </Popover.Dropdown>
    </Popover>
  )
}
