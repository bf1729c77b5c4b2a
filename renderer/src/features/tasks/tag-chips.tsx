import './tags.css'
import { useLive } from '../../lib/store.ts'

export function TagChips({ ids }: { ids: readonly string[] }) {
  const tags = useLive((state) => state.maps.tag)
  const shown = ids.flatMap((id) => tags[id] ?? [])
  if (shown.length === 0) return null
  return (
    <div className="tag-chips">
      {shown.map((tag) => (
        <span key={tag.id} className="tag-chip" style={{ '--tag': `#${tag.color}` } as React.CSSProperties}>
          {tag.name}
        </span>
      ))}
    </div>
  )
}
