/**
 * The outermost edge of the delivery: a `ResponsesClient` whose agents answer as told. It keeps the gateway's promises that matter here:
 * a run begins (run id), may stream, ends once; an aborted run rejects with `aborted`.
 */
import { type AgentRun, GatewayError, type ResponsesClient } from '../../native-services/gateway/types.ts'

export type Turn = Parameters<ResponsesClient['run']>[0]

export interface OpenRun {
  readonly turn: Turn
  readonly run_id: string
  /** The text so far. */
  write(text: string): void
  answer(text: string): void
  fail(failure: GatewayError['failure'], message?: string, retryAfterMs?: number): void
}

export interface FakeResponses extends ResponsesClient {
  /** Every run ever begun, oldest first. */
  readonly runs: OpenRun[]
  /** Runs that have not ended. */
  open(): OpenRun[]
  /** How many runs of one session were open at once, at most. */
  readonly mostPerSession: number
  /** Decides at once what happens to a new run; leaves it open when it does nothing. */
  onRun: (run: OpenRun) => void
  /** While false the gateway is away: runs are refused before they begin. */
  reachable: boolean
}

export function createFakeResponses(): FakeResponses {
  const runs: OpenRun[] = []
  const open = new Set<OpenRun>()
  let most = 0

  const fake: FakeResponses = {
    runs,
    open: () => [...open],
    get mostPerSession() {
      return most
    },
    onRun: () => {},
    reachable: true,
    setTarget: () => {},
    stop: () => Promise.resolve(),
    run(turn) {
      if (!fake.reachable) return Promise.reject(new GatewayError('unavailable', 'The gateway is not running.', { detail: 'ECONNREFUSED' }))
      return new Promise<AgentRun>((resolve, reject) => {
        const run_id = `resp_${runs.length + 1}`
        const end = (settle: () => void): void => {
          if (open.delete(run)) settle()
        }
        const run: OpenRun = {
          turn,
          run_id,
          write: (text) => turn.onText?.(text),
          answer: (text) => end(() => resolve({ run_id, text, usage: { input_tokens: 1, output_tokens: 1 } })),
          fail: (failure, message = `told to fail: ${failure}`, retryAfterMs) =>
            end(() => reject(new GatewayError(failure, message, { retryAfterMs: retryAfterMs ?? null }))),
        }
        runs.push(run)
        open.add(run)
        most = Math.max(most, [...open].filter((other) => other.turn.session_key === turn.session_key).length)
        turn.signal.addEventListener('abort', () => run.fail('aborted', 'The run was aborted.'), { once: true })
        turn.onRunId?.(run_id)
        fake.onRun(run)
      })
    },
  }
  return fake
}
