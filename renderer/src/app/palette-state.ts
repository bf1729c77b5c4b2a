/** Opens and closes what lies above the pages, without loading it. */
import { create } from 'zustand'

export const useOverlays = create<{
  palette: boolean
  paletteLoaded: boolean
  shortcuts: boolean
  shortcutsLoaded: boolean
  newTask: boolean
  newTaskBoard: string | null
  newAgent: boolean
  newBoard: boolean
  newGroup: boolean
  /** Id of the agent whose profile is being edited. */
  editAgent: string | null
}>(() => ({
  palette: false,
  paletteLoaded: false,
  shortcuts: false,
  shortcutsLoaded: false,
  newTask: false,
  newTaskBoard: null,
  newAgent: false,
  newBoard: false,
  newGroup: false,
  editAgent: null,
}))

export const openPalette = () => useOverlays.setState({ palette: true, paletteLoaded: true })
export const openNewTask = (boardId: string | null = null) => useOverlays.setState({ newTask: true, newTaskBoard: boardId })
export const openNewAgent = () => useOverlays.setState({ newAgent: true })
export const openEditAgent = (id: string) => useOverlays.setState({ editAgent: id })
export const openNewBoard = () => useOverlays.setState({ newBoard: true })
export const openNewGroup = () => useOverlays.setState({ newGroup: true })
