/** What lies above the pages: palette, shortcuts, the dialogs that create things; and the keys that open them. */
import { useMantineColorScheme } from '@mantine/core'
import { useEffect } from 'react'
import { isTyping, useKeys, useShortcuts } from '../lib/keys.ts'
import { part } from '../lib/part.tsx'
import { navigate, setQuery, useParam } from '../lib/hash-location.ts'
import { useLive } from '../lib/store.ts'
import { mainPages } from './pages.ts'
import { openNewTask, openPalette, useOverlays } from './palette-state.ts'

const Palette = part(async () => (await import('./palette.tsx')).Palette)
const NewTaskDialog = part(async () => (await import('../features/tasks/new-task-dialog.tsx')).NewTaskDialog)
const NewAgentDialog = part(async () => (await import('../features/agents/new-agent-dialog.tsx')).NewAgentDialog)
const EditAgentDialog = part(async () => (await import('../features/agents/edit-agent-dialog.tsx')).EditAgentDialog)
const NewBoardDialog = part(async () => (await import('../features/boards/new-board-dialog.tsx')).NewBoardDialog)
const GroupDialog = part(async () => (await import('../features/board-groups/group-dialog.tsx')).GroupDialog)
const ShortcutsSheet = part(async () => (await import('./shortcuts-sheet.tsx')).ShortcutsSheet)

const pageKeys = Object.fromEntries(mainPages.map(({ key, href }) => [`g ${key}`, () => navigate(href)]))

export function Overlays() {
  const { paletteLoaded, shortcuts, shortcutsLoaded, newTask, newAgent, newBoard, newGroup, editAgent } = useOverlays()
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
  const wanted = useParam('new')
  useEffect(() => {
    if (wanted !== 'task') return
    openNewTask()
    setQuery({ new: null })
  }, [wanted])

  useKeys(pageKeys)
  useShortcuts('anywhere', {
    help: () => useOverlays.setState({ shortcuts: true, shortcutsLoaded: true }),
    newTask: () => openNewTask(/^#\/boards\/([^/?]+)/.exec(window.location.hash)?.[1] ?? null),
    filter: () => {
      const field = document.querySelector<HTMLInputElement>('[data-page-filter]')
      if (field && !isTyping(document.activeElement)) field.focus()
    },
  })

  return (
    <>
      {paletteLoaded ? <Palette colorScheme={colorScheme} /> : null}
      {newTask ? <NewTaskDialog /> : null}
      {newAgent ? <NewAgentDialog /> : null}
      {edited ? <EditAgentDialog key={edited.id} agent={edited} /> : null}
      {newBoard ? <NewBoardDialog /> : null}
      {newGroup ? <GroupDialog onClose={() => useOverlays.setState({ newGroup: false })} /> : null}
      {shortcutsLoaded ? <ShortcutsSheet opened={shortcuts} onClose={() => useOverlays.setState({ shortcuts: false })} /> : null}
    </>
  )
}
