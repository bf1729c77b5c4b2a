/** Runs of sessions as they go, for those who look at one: at most ten frames a second and session, and nothing at all while nobody looks. */
import type { SessionFrame } from '../contract/sessions.ts'
import { newestWords, shownWhileWritten } from '../delivery/reply-stream.ts'
import { readSessionEvent } from '../gateway/session-reader.ts'
import type { GatewayConnection } from '../gateway/types.ts'
import type { Clock, TimerHandle } from '../platform/clock.ts'
import { redact } from '../platform/redact.ts'

const everyMs = 100
const rememberedRuns = 50
/** A secret that the beginning of what is shown cuts in two is known by what stands before it. */
const marginChars = 4000

type Words = Omit<SessionFrame, 'agent_id'>

interface Followed {
  /** The run whose text is held, and all of it so far. */
  run_id: string | null
  text: string
  waiting: Map<string, Words>
  timer: TimerHandle | null
}

/** @param wanted Whether anybody looks at this session. */
export function createSessionFrames(options: {
  connection: Pick<GatewayConnection, 'onEvent'>
  clock: Clock
  wanted: (sessionKey: string) => boolean
  emit: (frame: Words) => void
}): { stop(): void } {
  const { clock } = options
  const followed = new Map<string, Followed>()
  /** The end of a run is told more than once; the first counts. */
  const ended = new Set<string>()

  function flush(key: string): void {
    const session = followed.get(key)
    if (!session) return
    session.timer?.cancel()
    session.timer = null
    for (const words of session.waiting.values())
      options.emit({ ...words, text: newestWords(redact(words.text.slice(-shownWhileWritten - marginChars))) })
    session.waiting.clear()
  }

  const off = options.connection.onEvent((event) => {
    if (event.event !== 'chat' && event.event !== 'agent' && event.event !== 'session.message') return
    const read = readSessionEvent(event)
    if (!read) return
    const key = read.session_key
    if (!options.wanted(key)) {
      followed.get(key)?.timer?.cancel()
      followed.delete(key)
      return
    }
    const session = followed.get(key) ?? { run_id: null, text: '', waiting: new Map<string, Words>(), timer: null }
    followed.set(key, session)
    const { more, ...words } = read
    if (words.state === 'message') session.waiting.set('message', words)
    else {
      if (words.run_id !== null && ended.has(words.run_id)) return
      if (words.state === 'delta') {
        if (session.run_id !== words.run_id) Object.assign(session, { run_id: words.run_id, text: '' })
        session.text = more === undefined ? words.text : session.text + more
        session.waiting.set('run', { ...words, text: session.text })
      } else {
        if (words.run_id !== null) ended.add(words.run_id)
        for (const oldest of ended) {
          if (ended.size <= rememberedRuns) break
          ended.delete(oldest)
        }
        session.text = ''
        session.waiting.set('run', words)
        return flush(key)
      }
    }
    session.timer ??= clock.setTimer(everyMs, () => flush(key))
  })

  return {
    stop() {
      off()
      for (const session of followed.values()) session.timer?.cancel()
      followed.clear()
    },
  }
}
