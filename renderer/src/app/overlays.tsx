/** What lies above the pages: palette, shortcuts, the dialogs that create things; and the keys that open them. */
import { Modal, useMantineColorScheme } from '@mantine/core'
import { useEffect } from 'react'
import { isTyping, useShortcuts } from '../lib/keys.ts'
import { part } from '../lib/part.tsx'
import { navigate, useQuery } from '../lib/hash-location.ts'
import { useLive } from '../lib/store.ts'
import { Kbd } from '../ui/parts.tsx'
import { openNewTask, openPalette, useOverlays } from './palette-state.ts'
import { strings } from './strings.ts'

const Palette = part(async () => (await import('./palette.tsx')).Palette)
const NewTaskDialog = part(async () => (await import('../features/tasks/new-task-dialog.tsx')).NewTaskDialog)
const NewAgentDialog = part(async () => (await import('../features/agents/new-agent-dialog.tsx')).NewAgentDialog)
const EditAgentDialog = part(async () => (await import('../features/agents/edit-agent-dialog.tsx')).EditAgentDialog)
const NewBoardDialog = part(async () => (await import('../features/boards/new-board-dialog.tsx')).NewBoardDialog)

const GroupDialog = part(async () => (await import('../features/board-groups/group-dialog.tsx')).GroupDialog)

const goTo = { o: '/', i: '/inbox', b: '/boards', a: '/agents', y: '/activity', l: '/logs', w: '/gateway', s: '/settings' }

export function Overlays() {
  const { paletteLoaded, shortcuts, newTask, newAgent, newBoard, newGroup, editAgent } = useOverlays()
  const edited = useLive((state) => (editAgent === null ? undefined : state.maps.agent[editAgent]))
  const { colorScheme } = useMantineColorScheme()

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        openPalette()
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])

  // The tray's "New task…" opens an address; the dialog is not part of it.
  const [query, setQuery] = useQuery()
  const wanted = query['new']
  useEffect(() => {
    if (wanted !== 'task') return
    openNewTask()
    setQuery({ new: null })
    // oxlint-disable-next-line react/exhaustive-deps -- `setQuery` is another function every time
  }, [wanted])

  useShortcuts({
    '?': () => useOverlays.setState({ shortcuts: true }),
    c: () => openNewTask(/^#\/boards\/([^/?]+)/.exec(window.location.hash)?.[1] ?? null),
    '/': () => {
      const field = document.querySelector<HTMLInputElement>('[data-page-filter]')
      if (field && !isTyping(document.activeElement)) field.focus()
    },
    ...Object.fromEntries(Object.entries(goTo).map(([key, path]) => [`g ${key}`, () => navigate(path)])),
  })

  return (
    <>
      {paletteLoaded ? <Palette colorScheme={colorScheme} /> : null}
      {newTask ? <NewTaskDialog /> : null}
      {newAgent ? <NewAgentDialog /> : null}
      {edited ? <EditAgentDialog key={edited.id} agent={edited} /> : null}
      {newBoard ? <NewBoardDialog /> : null}
      {newGroup ? <GroupDialog onClose={() => useOverlays.setState({ newGroup: false })} /> : null}
      <Modal opened={shortcuts} onClose={() => useOverlays.setState({ shortcuts: false })} title={strings.shortcuts.title} size={440}>
        <table className="shortcuts">
          <tbody>
            {strings.shortcuts.rows.map(([keys, what]) => (
              <tr key={keys}>
                <td className="nowrap">
                  <Kbd>{keys}</Kbd>
                </td>
                <td>{what}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Modal>
    </>
  )
}
