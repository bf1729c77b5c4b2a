/** What tasks are made of, and boards as files. */
import './planning.css'
import { SegmentedControl } from '@mantine/core'
import { useQuery } from '../../lib/hash-location.ts'
import { PageHead } from '../../ui/parts.tsx'
import { FieldsSection } from './fields-section.tsx'
import { FilesSection } from './files-section.tsx'
import { strings } from './strings.ts'
import { TagsSection } from './tags-section.tsx'
import { TemplatesSection } from './templates-section.tsx'

const tabs = ['fields', 'tags', 'templates', 'files'] as const

export function PlanningPage() {
  const [query, setQuery] = useQuery()
  const tab = tabs.find((each) => each === query['tab']) ?? 'fields'
  return (
    <div className="page">
      <PageHead title={strings.title} />
      <div className="page-inner">
        <SegmentedControl
          aria-label={strings.title}
          style={{ alignSelf: 'start', justifySelf: 'start' }}
          value={tab}
          onChange={(value) => setQuery({ tab: value === 'fields' ? null : value })}
          data={tabs.map((each) => ({ value: each, label: strings.tabs[each] }))}
        />
        {tab === 'fields' ? <FieldsSection /> : null}
        {tab === 'tags' ? <TagsSection /> : null}
        {tab === 'templates' ? <TemplatesSection /> : null}
        {tab === 'files' ? <FilesSection boardId={query['board'] ?? null} jobId={query['job'] ?? null} /> : null}
      </div>
    </div>
  )
}
