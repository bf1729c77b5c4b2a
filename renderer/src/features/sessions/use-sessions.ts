/** Conversations of an agent, and one of them as it grows. Both are read from the gateway through the services; nothing is kept. */
import { useCallback, useEffect, useRef, useState } from 'react'
import { ApiError } from '../../../../native-services/contract/client.ts'
import type { AgentSession, SessionFrame, SessionMessage } from '../../../../native-services/contract/sessions.ts'
import { api, explain } from '../../lib/api.ts'
import { live } from '../../lib/connection.ts'
import { useLive } from '../../lib/store.ts'
import { attempt, toast } from '../../lib/toast.ts'
import { strings } from './strings.ts'
import { arrived, withNewest, withOlder } from './transcript.ts'

export interface Failure {
  readonly message: string
  readonly gatewayDown: boolean
}
const failureOf = (error: unknown): Failure => ({
  message: explain(error),
  gatewayDown: error instanceof ApiError && error.body?.code === 'gateway_unavailable',
})

const listEveryMs = 5000
const transcriptEveryMs = 8000
/** A transcript that grew is read a moment later: tools come in bursts. */
const settleMs = 250

/** Reads now, when the gateway comes or goes, and every so often while somebody looks. */
function useReading(read: () => void, everyMs: number): void {
  const connection = useLive((state) => state.connection)
  const gatewayUp = useLive((state) => state.gatewayRuntime?.connected ?? false)
  useEffect(() => {
    read()
    // Without a gateway there is one answer, and its coming back is told.
    if (!gatewayUp) return
    const timer = setInterval(() => !document.hidden && read(), everyMs)
    return () => clearInterval(timer)
  }, [read, everyMs, connection, gatewayUp])
}

export function useSessions(agentId: string) {
  const [items, setItems] = useState<readonly AgentSession[] | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const read = useCallback(() => {
    api.call('listAgentSessions', { params: { agent_id: agentId } }).then(
      (answer) => {
        setItems(answer.items)
        setFailure(null)
      },
      (error: unknown) => setFailure(failureOf(error)),
    )
  }, [agentId])
  useReading(read, listEveryMs)
  return { items, failure, read }
}

export function useTranscript(agentId: string, sessionKey: string) {
  const [items, setItems] = useState<readonly SessionMessage[] | null>(null)
  const [nextBefore, setNextBefore] = useState<number | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [runId, setRunId] = useState<string | null>(null)
  const [words, setWords] = useState('')
  const [sent, setSent] = useState<{ text: string; before: ReadonlySet<string> } | null>(null)
  const [runError, setRunError] = useState<string | null>(null)
  const latest = useRef(0)
  const frames = useRef(0)
  const known = useRef<readonly SessionMessage[]>([])
  const ended = useRef<string | null>(null)
  const show = useCallback((next: readonly SessionMessage[]) => {
    known.current = next
    setItems(next)
  }, [])

  const read = useCallback(async () => {
    latest.current += 1
    const mine = latest.current
    const heard = frames.current
    try {
      const answer = await api.call('getSessionHistory', { params: { agent_id: agentId }, query: { session_key: sessionKey } })
      if (mine !== latest.current) return
      const next = withNewest(known.current, answer.items)
      // Older pages are kept with their own place to go on from.
      if (next.length === answer.items.length) setNextBefore(answer.next_before)
      show(next)
      setFailure(null)
      // An answer that was asked for before the newest frame knows less than it about the run.
      if (heard !== frames.current) return
      const active = answer.active_run_id === ended.current ? null : answer.active_run_id
      setRunId(active)
      if (active === null) setWords('')
    } catch (error) {
      if (mine !== latest.current) return
      const reason = failureOf(error)
      setFailure(reason)
      // A run does not outlive its gateway.
      if (reason.gatewayDown) {
        setRunId(null)
        setWords('')
      }
    }
  }, [agentId, sessionKey, show])
  const poll = useCallback(() => void read(), [read])
  useReading(poll, transcriptEveryMs)

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined
        void read()
      }, settleMs)
    }
    const release = live.wantSession(sessionKey, (frame: SessionFrame) => {
      if (frame.state === 'message') return soon()
      frames.current += 1
      if (frame.state === 'delta') {
        setRunId(frame.run_id)
        setRunError(null)
        return setWords(frame.text)
      }
      ended.current = frame.run_id
      setRunId(null)
      if (frame.state === 'error') setRunError(frame.text)
      if (frame.text && frame.state === 'final') setWords(frame.text)
      soon()
    })
    return () => {
      clearTimeout(timer)
      release()
    }
  }, [sessionKey, read])

  const target = { params: { agent_id: agentId }, body: { session_key: sessionKey } }
  return {
    items,
    failure,
    runId,
    words,
    runError,
    /** Sent and not yet in the transcript. */
    underWay: sent !== null && !arrived(sent, items ?? []) ? sent.text : null,
    hasOlder: nextBefore !== null,
    read: poll,
    async older(): Promise<void> {
      if (nextBefore === null) return
      const answer = await attempt(
        () => api.call('getSessionHistory', { params: target.params, query: { session_key: sessionKey, before: nextBefore } }),
        { failed: strings.older },
      )
      if (!answer) return
      show(withOlder(known.current, answer.items))
      setNextBefore(answer.next_before)
    },
    async send(message: string): Promise<boolean> {
      const before = new Set(known.current.map((item) => item.id))
      const answer = await attempt(() => api.call('sendSessionMessage', { ...target, body: { ...target.body, message } }), {
        failed: strings.sendFailed,
      })
      if (!answer) return false
      setRunError(null)
      setSent({ text: message, before })
      if (ended.current !== answer.run_id) setRunId(answer.run_id)
      poll()
      return true
    },
    async abort(): Promise<void> {
      const answer = await attempt(() => api.call('abortSession', target), { failed: strings.abortFailed })
      if (!answer) return
      toast(answer.aborted ? strings.aborted : strings.nothingToAbort)
      poll()
    },
    async reset(): Promise<void> {
      if (await attempt(() => api.call('resetSession', target), { failed: strings.resetFailed, done: strings.resetDone })) {
        setRunError(null)
        setWords('')
        setSent(null)
        poll()
      }
    },
  }
}
