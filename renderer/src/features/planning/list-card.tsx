/** A card with a list of things that are planned: what they are, a table of them, and what stands there while there is none. */
import './planning.css'
import { type ReactNode, useId } from 'react'
import { Empty, type ListRead, NoRows } from '../../ui/parts.tsx'

/** @param label Read aloud only, when `hidden`. */
export interface ListColumn {
  readonly label: string
  readonly className?: string
  readonly hidden?: boolean
}

export function ListCard({
  title,
  aside,
  lead,
  read,
  icon,
  none,
  noneBody,
  columns = [],
  rows,
  children,
}: {
  title: string
  aside: ReactNode
  lead?: string
  read: ListRead
  icon: ReactNode
  none: string
  noneBody?: string
  /** Absent: the table needs no head. */
  columns?: readonly ListColumn[]
  rows: readonly ReactNode[]
  /** Dialogs of the list. */
  children?: ReactNode
}) {
  const id = useId()
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{title}</h2>
        {aside}
      </div>
      {lead === undefined ? null : <p className="muted planning-lead">{lead}</p>}
      {rows.length === 0 ? (
        <NoRows read={read}>
          <Empty icon={icon} title={none}>
            {noneBody}
          </Empty>
        </NoRows>
      ) : (
        <div className="table-wrap">
          <table className="table">
            {columns.length > 0 ? (
              <thead>
                <tr>
                  {columns.map(({ label, className, hidden }) => (
                    <th key={label} className={className}>
                      {hidden ? <span className="visually-hidden">{label}</span> : label}
                    </th>
                  ))}
                </tr>
              </thead>
            ) : null}
            <tbody>{rows}</tbody>
          </table>
        </div>
      )}
      {children}
    </section>
  )
}
