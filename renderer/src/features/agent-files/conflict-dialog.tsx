/** Two people wrote one file: theirs, mine, and the difference; one of them is chosen. */
import { Button, Group, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { Dialog } from '../../ui/dialog.tsx'
import { DiffView } from './diff-view.tsx'
import { strings } from './strings.ts'

const words = strings.conflict

export function ConflictDialog({
  name,
  theirs,
  mine,
  onTakeTheirs,
  onSaveMine,
  onClose,
}: {
  name: string
  theirs: string
  mine: string
  onTakeTheirs: () => void
  onSaveMine: () => void
  onClose: () => void
}) {
  const [view, setView] = useState('both')
  return (
    <Dialog opened onClose={onClose} title={words.title(name)} size={860}>
      <p className="muted">{words.body}</p>
      <SegmentedControl
        my={12}
        value={view}
        onChange={setView}
        data={[
          { value: 'both', label: words.both },
          { value: 'theirs', label: words.theirs },
          { value: 'mine', label: words.mine },
        ]}
      />
      <div className="conflict-body">
        {view === 'both' ? (
          <DiffView before={theirs} after={mine} label={words.both} same={strings.sameContent} />
        ) : (
          <pre className="verbatim" tabIndex={0} aria-label={view === 'theirs' ? words.theirs : words.mine}>
            {view === 'theirs' ? theirs : mine}
          </pre>
        )}
      </div>
      <p className="faint" style={{ fontSize: 12, marginTop: 10 }}>
        {words.note}
      </p>
      <Group justify="flex-end" gap={8} mt={12}>
        <Button variant="default" onClick={onClose} data-autofocus>
          {words.keepEditing}
        </Button>
        <Button variant="default" onClick={onTakeTheirs}>
          {words.takeTheirs}
        </Button>
        <Button onClick={onSaveMine}>{words.saveMine}</Button>
      </Group>
    </Dialog>
  )
}
