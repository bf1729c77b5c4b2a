/** What the keyboard can do, drawn from the tables that act on it. */
import { Modal } from '@mantine/core'
import { Kbd } from '../ui/parts.tsx'
import { type Shortcut, type ShortcutGroup, shortcuts } from '../lib/shortcuts.ts'
import { mainPages } from './pages.ts'
import { strings } from './strings.ts'

const groups = Object.keys(shortcuts) as ShortcutGroup[]
const isMac = /mac/i.test(navigator.userAgent)

function Section({ title, rows }: { title: string; rows: readonly (readonly [keys: readonly string[], what: string])[] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl className="shortcuts">
        {rows.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key}>{strings.shortcuts.keys[key] ?? key}</Kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  )
}

export function ShortcutsSheet({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const words = strings.shortcuts
  return (
    <Modal opened={opened} onClose={onClose} title={words.title} size={720}>
      <div className="shortcut-groups">
        {groups.map((group) => {
          const rows = Object.values<Shortcut>(shortcuts[group]).map(({ keys, what }) => [keys, what] as const)
          const first = group === 'anywhere' ? [[[isMac ? '⌘ K' : 'Ctrl K'], words.palette] as const] : []
          const last =
            group === 'anywhere' ? [[['Escape'], words.escape] as const] : group === 'lists' ? [[['Enter'], words.enter] as const] : []
          return <Section key={group} title={words.groups[group]} rows={[...first, ...rows, ...last]} />
        })}
        <Section title={words.goTo} rows={mainPages.map(({ key, label }) => [['g', key], label] as const)} />
      </div>
    </Modal>
  )
}
