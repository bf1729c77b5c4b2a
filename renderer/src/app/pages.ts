/** The pages that one can always go to, in the order of the navigation: for the shell, the palette, and the keys `g …`. */
import {
  Activity,
  CalendarClock,
  Coins,
  Inbox,
  LayoutDashboard,
  type LucideIcon,
  ScrollText,
  Server,
  Settings,
  Shapes,
  SquareKanban,
  Stethoscope,
  Users,
} from 'lucide-react'
import { strings } from './strings.ts'

export interface MainPage {
  readonly href: string
  readonly label: string
  readonly icon: LucideIcon
  /** After `g`. */
  readonly key: string
  /** By which the palette finds it, besides its name. */
  readonly keywords: string
}

// oxfmt-ignore
export const mainPages: readonly MainPage[] = [
  { href: '/', label: strings.nav.overview, icon: LayoutDashboard, key: 'o', keywords: 'home status attention' },
  { href: '/inbox', label: strings.nav.inbox, icon: Inbox, key: 'i', keywords: 'approvals questions waiting' },
  { href: '/boards', label: strings.nav.boards, icon: SquareKanban, key: 'b', keywords: 'kanban' },
  { href: '/agents', label: strings.nav.agents, icon: Users, key: 'a', keywords: '' },
  { href: '/schedules', label: strings.nav.schedules, icon: CalendarClock, key: 'h', keywords: 'heartbeat interval quiet hours' },
  { href: '/planning', label: strings.nav.planning, icon: Shapes, key: 'p', keywords: 'custom fields tags templates import export csv json' },
  { href: '/activity', label: strings.nav.activity, icon: Activity, key: 'y', keywords: 'feed history' },
  { href: '/usage', label: strings.nav.usage, icon: Coins, key: 'u', keywords: 'cost tokens caps prices' },
  { href: '/logs', label: strings.nav.logs, icon: ScrollText, key: 'l', keywords: '' },
  { href: '/gateway', label: strings.nav.gateway, icon: Server, key: 'w', keywords: 'openclaw runtime model provider' },
  { href: '/doctor', label: strings.nav.doctor, icon: Stethoscope, key: 'd', keywords: 'diagnose check health repair problem' },
  { href: '/settings', label: strings.nav.settings, icon: Settings, key: 's', keywords: 'preferences theme' },
]
