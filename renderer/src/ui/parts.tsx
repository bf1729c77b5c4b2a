/** Small parts that every page uses: page frame, empty and error states, keys, copying. */
import { Button, Tooltip } from '@mantine/core'
import { ArrowLeft, Check, Copy, Info, TriangleAlert } from 'lucide-react'
import { type ReactNode, useEffect, useState } from 'react'
import { createPortal } from 'react-dom'
import { Link } from 'wouter'
import type { Tone } from '../../../native-services/contract/states.ts'
import { useOnReturn } from '../lib/use-on-return.ts'
import { words } from './strings.ts'

/** Title and actions of a page. They appear in the bar at the top, which belongs to the shell. */
export function PageHead({ title, lead, children }: { title: string; lead?: ReactNode; children?: ReactNode }) {
  const [slot, setSlot] = useState<HTMLElement | null>(null)
  useEffect(() => {
    document.title = `${title} · Mission Control`
  }, [title])
  useEffect(() => setSlot(document.getElementById('page-head')), [])
  if (!slot) return null
  return createPortal(
    <>
      {lead}
      <h1>{title}</h1>
      {children}
    </>,
    slot,
  )
}

export function Empty({ icon, title, children, actions }: { icon?: ReactNode; title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="empty">
      {icon}
      <h2>{title}</h2>
      {children ? <p>{children}</p> : null}
      {actions ? <div className="row">{actions}</div> : null}
    </div>
  )
}

/** The way back to the list in which a page's subject stands; for the head of the page. */
export function BackTo({ href, label }: { href: string; label: string }) {
  return (
    <Tooltip label={label}>
      <Link href={href} className="iconbtn" aria-label={label} style={{ marginLeft: -8, marginRight: -4 }}>
        <ArrowLeft size={15} aria-hidden />
      </Link>
    </Tooltip>
  )
}

/** In place of a page whose subject is not there. */
export function GonePage({ title, body, href, back }: { title: string; body: string; href: string; back: string }) {
  return (
    <>
      <PageHead title={title} />
      <Empty
        title={title}
        actions={
          <Link className="link" href={href}>
            {back}
          </Link>
        }
      >
        {body}
      </Empty>
    </>
  )
}

export function Note({ tone, children }: { tone: Tone; children: ReactNode }) {
  const Icon = tone === 'bad' || tone === 'warning' ? TriangleAlert : Info
  return (
    <div className="note" data-tone={tone} role={tone === 'bad' ? 'alert' : undefined}>
      <Icon size={15} aria-hidden />
      <div className="grow">{children}</div>
    </div>
  )
}

export function LoadError({ message, retry }: { message: string; retry: () => void }) {
  // Most things that were not read were asked for while nobody answered: they are there as soon as somebody does.
  useOnReturn(retry)
  return (
    <Empty
      icon={<TriangleAlert size={20} aria-hidden />}
      title={words.notLoaded}
      actions={
        <Button variant="default" onClick={retry}>
          {words.tryAgain}
        </Button>
      }
    >
      {message}
    </Empty>
  )
}

export function Kbd({ children }: { children: ReactNode }) {
  return <kbd className="kbd">{children}</kbd>
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), 1500)
    return () => clearTimeout(timer)
  }, [copied])
  return (
    <Tooltip label={copied ? words.copied : label}>
      <button
        type="button"
        className="iconbtn"
        aria-label={label}
        onClick={() => {
          void navigator.clipboard.writeText(text).then(() => setCopied(true))
        }}
      >
        {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      </button>
    </Tooltip>
  )
}

/** A list that is fetched by whoever shows it. */
export interface ListRead {
  /** It was read at least once. */
  readonly loaded: boolean
  readonly error: string | null
  readonly retry: () => void
}

/** In a list's place as long as it has no rows: that they could not be read, that they are on their way, or that there are none. */
export function NoRows({ read, children }: { read: ListRead; children: ReactNode }) {
  if (read.error !== null) return <LoadError message={read.error} retry={read.retry} />
  if (read.loaded) return children
  return (
    <div className="card-body" role="status" aria-label={words.loading}>
      <div className="skeleton" style={{ height: 96 }} />
    </div>
  )
}

/** Blocks of the size that will come, so that nothing jumps. */
export function Loading({ heights = [96, 180, 140] }: { heights?: number[] }) {
  return (
    <div className="page" role="status" aria-label={words.loading}>
      <div className="page-inner">
        {heights.map((height, index) => (
          <div key={index} className="skeleton" style={{ height }} />
        ))}
      </div>
    </div>
  )
}
