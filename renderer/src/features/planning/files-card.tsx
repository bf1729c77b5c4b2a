import { type ReactNode, useId } from 'react'

export function FilesCard({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  const id = useId()
  return (
    <section className="card" aria-labelledby={id}>
      <div className="card-head">
        <h2 id={id}>{title}</h2>
      </div>
      {lead === undefined ? null : <p className="muted planning-lead">{lead}</p>}
      <div className="planning-body">{children}</div>
    </section>
  )
}
