/** The command palette: every page, board, agent, task and action from one field. */
import '@mantine/spotlight/styles.css'
import { type MantineColorScheme, useMantineColorScheme } from '@mantine/core'
import { createSpotlight, Spotlight, type SpotlightActionGroupData } from '@mantine/spotlight'
import {
  Boxes,
  FileText,
  KeyRound,
  MailOpen,
  MessageSquare,
  type LucideIcon,
  Moon,
  Play,
  Plus,
  RotateCw,
  Search,
  Square,
  SquareKanban,
  Sun,
  SunMoon,
  Timer,
  UserPlus,
} from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import type { Task } from '../../../native-services/contract/entities.ts'
import { agentStates, taskStates } from '../../../native-services/contract/states.ts'
import { changeSettings, gatewayAction, syncTokens } from '../lib/actions.ts'
import { navigate } from '../lib/hash-location.ts'
import { useAgents, useBoards, useLive } from '../lib/store.ts'
import { AgentAvatar } from '../ui/avatar.tsx'
import { StateIcon } from '../ui/icon.tsx'
import { useBoardGroups } from '../features/board-groups/use-groups.ts'
import { useSearch } from '../features/search/use-search.ts'
import { mainPages } from './pages.ts'
import { openNewAgent, openNewBoard, openNewGroup, openNewTask, useOverlays } from './palette-state.ts'
import { markAllRead } from '../features/tasks/thread-actions.ts'
import { strings } from './strings.ts'

const [store, spotlight] = createSpotlight()
const words = strings.paletteWords
const tasksOffered = 20

function tasksLike(query: string): Task[] {
  const text = query.trim().toLowerCase()
  if (text === '') return []
  const found: Task[] = []
  for (const task of Object.values(useLive.getState().maps.task)) {
    if (`#${task.number}` !== text && String(task.number) !== text && !task.title.toLowerCase().includes(text)) continue
    found.push(task)
    if (found.length === tasksOffered) break
  }
  return found
}

const icon = (Icon: LucideIcon) => <Icon size={15} aria-hidden />

export function Palette({ colorScheme }: { colorScheme: MantineColorScheme }) {
  const wanted = useOverlays((state) => state.palette)
  const boards = useBoards()
  const boardGroups = useBoardGroups()
  const agents = useAgents()
  const settings = useLive((state) => state.settings)
  const { setColorScheme } = useMantineColorScheme()

  useEffect(() => {
    if (!wanted) return
    spotlight.open()
    useOverlays.setState({ palette: false })
  }, [wanted])

  const [query, setQuery] = useState('')
  const hits = useSearch(query)
  // Tasks by number and title from what is here; the rest is found by the server.
  const found = useMemo(() => tasksLike(query), [query])
  const groups = useMemo<SpotlightActionGroupData[]>(() => {
    const boardNames = new Map(boards.map((board) => [board.id, board.name]))
    const paused = settings?.delivery_paused ?? false
    return [
      // A page goes before what is done there: Enter after “Gateway” must not stop it.
      {
        group: words.group.pages,
        actions: [
          ...mainPages.map(({ href, label, icon: Icon, key, keywords }) => ({
            id: `p-${href}`,
            label,
            keywords,
            leftSection: icon(Icon),
            rightSection: <kbd className="kbd">g {key}</kbd>,
            onClick: () => navigate(href),
          })),
          {
            id: 'p-welcome',
            label: words.firstSteps,
            keywords: 'onboarding welcome setup',
            leftSection: icon(Play),
            onClick: () => navigate('/welcome'),
          },
        ],
      },
      {
        group: words.group.actions,
        actions: [
          {
            id: 'new-task',
            label: words.newTask,
            keywords: 'create add',
            leftSection: icon(Plus),
            rightSection: <kbd className="kbd">c</kbd>,
            onClick: () => openNewTask(),
          },
          { id: 'new-agent', label: words.newAgent, keywords: 'create add', leftSection: icon(UserPlus), onClick: openNewAgent },
          { id: 'new-board', label: words.newBoard, keywords: 'create add', leftSection: icon(SquareKanban), onClick: openNewBoard },
          { id: 'new-group', label: words.newGroup, keywords: 'create add boards', leftSection: icon(Boxes), onClick: openNewGroup },
          {
            id: 'sync',
            label: words.sync,
            description: words.syncHint,
            keywords: 'rotate credentials key',
            leftSection: icon(KeyRound),
            onClick: () => {
              void syncTokens({ rotate_tokens: 'true' }).then((job) => job && navigate(`/gateway?job=${job.id}`))
            },
          },
          { id: 'start', label: words.start, leftSection: icon(Play), onClick: () => void gatewayAction('startGateway') },
          { id: 'stop', label: words.stop, leftSection: icon(Square), onClick: () => void gatewayAction('stopGateway') },
          { id: 'restart', label: words.restart, leftSection: icon(RotateCw), onClick: () => void gatewayAction('restartGateway') },
          {
            id: 'pause',
            label: paused ? words.resume : words.pause,
            leftSection: icon(paused ? Play : Timer),
            onClick: () => void changeSettings({ delivery_paused: !paused }),
          },
          {
            id: 'read-all',
            label: words.readAll,
            keywords: 'unread comments',
            leftSection: icon(MailOpen),
            onClick: () => void markAllRead(),
          },
        ],
      },
      {
        group: words.group.boards,
        actions: boards.map((board) => ({
          id: `b-${board.id}`,
          label: board.name,
          description: board.description,
          keywords: 'board',
          leftSection: icon(SquareKanban),
          onClick: () => navigate(`/boards/${board.id}`),
        })),
      },
      {
        group: words.group.groups,
        actions: boardGroups.map((group) => ({
          id: `g-${group.id}`,
          label: group.name,
          description: group.description,
          keywords: 'board group chat broadcast',
          leftSection: icon(Boxes),
          onClick: () => navigate(`/groups/${group.id}`),
        })),
      },
      {
        group: words.group.agents,
        actions: agents.map((agent) => ({
          id: `a-${agent.id}`,
          label: agent.name,
          description: agentStates[agent.status].label,
          keywords: `agent ${agent.role}`,
          leftSection: <AgentAvatar agent={agent} size={20} />,
          onClick: () => navigate(`/agents/${agent.id}`),
        })),
      },
      {
        group: words.group.tasks,
        actions: found.map((task) => ({
          id: `t-${task.id}`,
          label: task.title,
          description: `#${task.number} · ${boardNames.get(task.board_id) ?? ''} · ${taskStates[task.status].label}`,
          keywords: `#${task.number}`,
          leftSection: <StateIcon name={taskStates[task.status].icon} size={15} />,
          onClick: () => navigate(`/boards/${task.board_id}/tasks/${task.id}`),
        })),
      },
      {
        group: words.group.texts,
        actions: hits
          // What the list of tasks finds by its title already.
          .filter((hit) => hit.kind !== 'task' || !found.some((task) => task.id === hit.task_id))
          .map((hit) => ({
            id: `x-${hit.kind}-${hit.id}`,
            label:
              hit.kind === 'memory' || hit.kind === 'document'
                ? `${hit.title} in ${boardNames.get(hit.board_id) ?? 'a board'}`
                : `#${hit.task_number} ${hit.title}`,
            description: hit.snippet.map((piece) => piece.text).join(''),
            // The server found it; the palette's own filter lets it pass by this.
            keywords: query,
            leftSection: icon(hit.kind === 'task' ? SquareKanban : hit.kind === 'document' ? FileText : MessageSquare),
            onClick: () =>
              navigate(
                hit.kind === 'document'
                  ? `/boards/${hit.board_id}/documents/${hit.id}`
                  : hit.task_id
                    ? `/boards/${hit.board_id}/tasks/${hit.task_id}`
                    : `/boards/${hit.board_id}?chat=1`,
              ),
          })),
      },
      {
        group: words.group.appearance,
        actions: (
          [
            ['light', words.light, Sun],
            ['dark', words.dark, Moon],
            ['auto', words.auto, SunMoon],
          ] as const
        )
          .filter(([scheme]) => scheme !== colorScheme)
          .map(([scheme, label, Icon]) => ({
            id: `s-${scheme}`,
            label,
            keywords: 'theme appearance colour',
            leftSection: icon(Icon),
            onClick: () => setColorScheme(scheme),
          })),
      },
    ]
  }, [boards, boardGroups, agents, found, settings, colorScheme, setColorScheme, hits, query])

  // Mantine chooses the first entry when the words change. What the server finds comes later: without this, Enter would do nothing there.
  useEffect(() => {
    if (query === '' || document.querySelector('.mantine-Spotlight-action[data-selected]')) return
    document.querySelector('.mantine-Spotlight-action')?.setAttribute('data-selected', 'true')
    store.updateState((state) => ({ ...state, selected: 0 }))
  }, [groups, query])

  return (
    <Spotlight
      store={store}
      actions={groups}
      onQueryChange={setQuery}
      shortcut={null}
      attributes={{ content: { 'aria-label': strings.palette } }}
      overlayProps={{ backgroundOpacity: 0.35, blur: 0 }}
      highlightQuery={false}
      limit={30}
      size={600}
      scrollable
      maxHeight={440}
      nothingFound={words.nothing}
      searchProps={{
        leftSection: <Search size={17} aria-hidden />,
        placeholder: words.placeholder,
        'aria-label': words.placeholder,
      }}
    />
  )
}
