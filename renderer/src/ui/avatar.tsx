/** Agents as small circles: their emoji, or their initials. */
import type { Agent } from '../../../native-services/contract/entities.ts'
import { agentStates } from '../../../native-services/contract/states.ts'

export function initials(name: string): string {
  const words = name
    .trim()
    .split(/[\s_-]+/)
    .filter(Boolean)
  const letters = words.length > 1 ? `${words[0]?.[0] ?? ''}${words[1]?.[0] ?? ''}` : (words[0] ?? '?').slice(0, 2)
  return letters.toUpperCase() || '?'
}

let emojiWorks: boolean | undefined

/** Headless Linux often has no emoji font; empty boxes say less than initials. Asked once. */
function hasEmoji(): boolean {
  if (emojiWorks !== undefined) return emojiWorks
  emojiWorks = false
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 16
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (context) {
    context.textBaseline = 'top'
    context.font = '14px sans-serif'
    context.fillText('\u{1F34E}', 0, 0)
    const { data } = context.getImageData(0, 0, 16, 16)
    for (let at = 0; at < data.length; at += 4) if (Math.abs((data[at] ?? 0) - (data[at + 1] ?? 0)) > 40) emojiWorks = true
  }
  return emojiWorks
}

export function AgentAvatar({ agent, size = 22, dot = false }: { agent: Agent; size?: number; dot?: boolean }) {
  const emoji = agent.identity_profile.emoji && hasEmoji() ? agent.identity_profile.emoji : null
  return (
    <span className="avatar" title={agent.name} style={{ width: size, height: size, fontSize: emoji ? size * 0.55 : size * 0.38 }}>
      <span aria-hidden>{emoji ?? initials(agent.name)}</span>
      {dot ? <span className="dot" data-tone={agentStates[agent.status].tone} /> : null}
    </span>
  )
}

export function NameAvatar({ name, size = 22 }: { name: string; size?: number }) {
  return (
    <span className="avatar" title={name} style={{ width: size, height: size, fontSize: size * 0.38 }} aria-hidden>
      {initials(name)}
    </span>
  )
}
