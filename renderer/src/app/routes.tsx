/** Every page but the Overview: its address, and its code, which is fetched when it is first wanted. */
import type { ReactNode } from 'react'
import { type Part, part } from '../lib/part.tsx'
import { PageComing } from './page-coming.tsx'

type Params = Readonly<Record<string, string | undefined>>
type Page = Part<{ params: Params }>

function page<Module>(load: () => Promise<Module>, show: (module: Module, params: Params) => ReactNode): Page {
  return part(
    async () => {
      const module = await load()
      return ({ params }: { params: Params }) => show(module, params)
    },
    <PageComing />,
  )
}

// One page with and without its drawer: opening a task or a conversation must not mount it anew.
const board = page(
  () => import('../features/boards/board-page.tsx'),
  ({ BoardPage }, { boardId = '', taskId = null }) => <BoardPage boardId={boardId} taskId={taskId} />,
)
const documents = page(
  () => import('../features/documents/documents-page.tsx'),
  ({ DocumentsPage }, { boardId = '', documentId = null }) => <DocumentsPage boardId={boardId} documentId={documentId} />,
)
const agent = page(
  () => import('../features/agents/agent-page.tsx'),
  ({ AgentPage }, { agentId = '', sessionKey = null }) => <AgentPage agentId={agentId} sessionKey={sessionKey} />,
)

// A table: one page per line.
// oxfmt-ignore
export const routes: readonly { readonly path: string; readonly page: Page }[] = [
  { path: '/inbox', page: page(() => import('../features/inbox/inbox-page.tsx'), ({ InboxPage }) => <InboxPage />) },
  { path: '/welcome', page: page(() => import('../features/welcome/welcome-page.tsx'), ({ WelcomePage }) => <WelcomePage />) },
  { path: '/boards', page: page(() => import('../features/boards/boards-page.tsx'), ({ BoardsPage }) => <BoardsPage />) },
  { path: '/boards/:boardId/tasks/:taskId', page: board },
  { path: '/boards/:boardId/documents/:documentId', page: documents },
  { path: '/boards/:boardId/documents', page: documents },
  { path: '/boards/:boardId', page: board },
  { path: '/groups/:groupId', page: page(() => import('../features/board-groups/group-page.tsx'), ({ GroupPage }, { groupId = '' }) => <GroupPage groupId={groupId} />) },
  { path: '/agents', page: page(() => import('../features/agents/agents-page.tsx'), ({ AgentsPage }) => <AgentsPage />) },
  { path: '/agents/:agentId/sessions/:sessionKey', page: agent },
  { path: '/agents/:agentId', page: agent },
  { path: '/schedules', page: page(() => import('../features/heartbeats/schedules-page.tsx'), ({ SchedulesPage }) => <SchedulesPage />) },
  { path: '/planning', page: page(() => import('../features/planning/planning-page.tsx'), ({ PlanningPage }) => <PlanningPage />) },
  { path: '/usage', page: page(() => import('../features/usage/usage-page.tsx'), ({ UsagePage }) => <UsagePage />) },
  { path: '/activity', page: page(() => import('../features/activity/activity-page.tsx'), ({ ActivityPage }) => <ActivityPage />) },
  { path: '/logs', page: page(() => import('../features/logs/logs-page.tsx'), ({ LogsPage }) => <LogsPage />) },
  { path: '/gateway', page: page(() => import('../features/gateway/gateway-page.tsx'), ({ GatewayPage }) => <GatewayPage />) },
  { path: '/doctor', page: page(() => import('../features/doctor/doctor-page.tsx'), ({ DoctorPage }) => <DoctorPage />) },
  { path: '/settings', page: page(() => import('../features/settings/settings-page.tsx'), ({ SettingsPage }) => <SettingsPage />) },
]

/** Begins to fetch the page at an address, while what it shows is still on its way. */
export function preloadPage(path: string): void {
  routes.find((route) => new RegExp(`^${route.path.replace(/:\w+/g, '[^/]+')}$`).test(path))?.page.preload()
}
