/**
 * One turn of an agent over `POST /v1/responses`, streamed. Own connection pool: runs take minutes, so nothing but our own
 * limit may end them, and closing the request is how a run is aborted.
 */
import { Agent, request } from 'undici'
import type { Clock } from '../platform/clock.ts'
import type { Log } from '../platform/log.ts'
import { redact, registerSecret } from '../platform/redact.ts'
import { httpGatewayError } from './gateway-errors.ts'
import { readServerSentEvents } from './server-sent-events.ts'
import { type AgentRun, GatewayError, type ResponsesClient } from './types.ts'

/** What the gateway says when the agent said nothing. */
const emptyReply = 'No response from OpenClaw.'

type Json = Record<string, unknown>
const object = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** The visible text of a finished response. */
function outputText(response: Json): string {
  const output = Array.isArray(response['output']) ? (response['output'] as unknown[]) : []
  return output
    .map(object)
    .filter((item) => item['type'] === 'message')
    .flatMap((item) => (Array.isArray(item['content']) ? (item['content'] as unknown[]) : []))
    .map((part) => text(object(part)['text']) ?? '')
    .join('')
}

function usageOf(response: Json): AgentRun['usage'] {
  const usage = object(response['usage'])
  const input = usage['input_tokens']
  const output = usage['output_tokens']
  if (typeof input !== 'number' || typeof output !== 'number') return null
  const details = object(usage['input_tokens_details'])
  const cached = (name: string): number => (typeof details[name] === 'number' ? details[name] : 0)
  return {
    input_tokens: input,
    output_tokens: output,
    cache_read_tokens: cached('cached_tokens'),
    cache_write_tokens: cached('cache_write_tokens'),
  }
}

export function createResponsesClient(options: { clock: Clock; log: Log; requestTimeoutMs: number }): ResponsesClient {
  const { clock, requestTimeoutMs } = options
  const log = options.log.scope('gateway/http')
  const pool = new Agent({ connect: { timeout: 5000 }, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 4000 })
  let target: { port: number; token: string | null } | null = null

  function translate(error: unknown, aborted: 'caller' | 'timeout' | null): GatewayError {
    if (error instanceof GatewayError) return error
    if (aborted === 'caller') return new GatewayError('aborted', 'The run was aborted.', { cause: error })
    if (aborted === 'timeout')
      return new GatewayError('timeout', `The agent did not finish within ${Math.round(requestTimeoutMs / 1000)} s.`, { cause: error })
    const code = text(object(error)['code'])
    const what = code === 'ECONNREFUSED' ? 'The gateway is not running.' : 'The connection to the gateway was lost during the run.'
    return new GatewayError('unavailable', what, { detail: code, cause: error })
  }

  return {
    async run(turn) {
      if (!target || target.token === null) throw new GatewayError('unavailable', 'There is no gateway configuration yet.')
      if (turn.signal.aborted) throw new GatewayError('aborted', 'The run was aborted.')
      const controller = new AbortController()
      let aborted: 'caller' | 'timeout' | null = null
      const abort = (by: 'caller' | 'timeout'): void => {
        aborted ??= by
        controller.abort()
      }
      const onAbort = (): void => abort('caller')
      turn.signal.addEventListener('abort', onAbort, { once: true })
      const limit = clock.setTimer(requestTimeoutMs, () => abort('timeout'))
      try {
        const answer = await request(`http://127.0.0.1:${target.port}/v1/responses`, {
          dispatcher: pool,
          method: 'POST',
          signal: controller.signal,
          headers: {
            authorization: `Bearer ${target.token}`,
            'content-type': 'application/json',
            accept: 'text/event-stream',
            'x-openclaw-agent-id': turn.gateway_agent_id,
            'x-openclaw-session-key': turn.session_key,
          },
          body: JSON.stringify({
            model: `openclaw/${turn.gateway_agent_id}`,
            input: turn.input,
            instructions: turn.instructions,
            stream: true,
          }),
        })
        const header = (name: string): string | null => [answer.headers[name]].flat()[0] ?? null
        if (answer.statusCode !== 200) {
          const body = await answer.body.text()
          throw httpGatewayError({
            status: answer.statusCode,
            message: messageOf(body),
            retryAfter: header('retry-after'),
            now: clock.now(),
          })
        }
        return await readRun(answer.body, turn)
      } catch (error) {
        const failure = translate(error, aborted)
        log.debug('responses.failed', {
          session_key: turn.session_key,
          failure: failure.failure,
          detail: failure.detail,
          error: failure.message,
        })
        throw failure
      } finally {
        limit.cancel()
        turn.signal.removeEventListener('abort', onAbort)
      }
    },

    setTarget(next) {
      registerSecret(next.token)
      target = { ...next }
    },

    stop: () => pool.destroy(),
  }
}

function messageOf(body: string): string {
  try {
    return text(object(object(JSON.parse(body) as unknown)['error'])['message']) ?? body.slice(0, 500)
  } catch {
    return body.slice(0, 500)
  }
}

type Turn = Parameters<ResponsesClient['run']>[0]

async function readRun(body: AsyncIterable<Uint8Array>, turn: Pick<Turn, 'onRunId' | 'onText'>): Promise<AgentRun> {
  let runId: string | null = null
  let written = ''
  for await (const data of readServerSentEvents(body)) {
    if (data === '[DONE]') break
    let event: Json
    try {
      event = object(JSON.parse(data) as unknown)
    } catch {
      continue
    }
    const response = object(event['response'])
    switch (event['type']) {
      case 'response.created':
        runId = text(response['id'])
        if (runId) turn.onRunId?.(runId)
        break
      case 'response.output_text.delta':
        written += text(event['delta']) ?? ''
        turn.onText?.(written)
        break
      case 'response.completed':
      case 'response.incomplete': {
        const final = outputText(response) || written
        return { run_id: text(response['id']) ?? runId, text: final.trim() === emptyReply ? '' : final, usage: usageOf(response) }
      }
      case 'response.failed': {
        const failure = object(response['error'])
        const code = text(failure['code'])
        throw new GatewayError('failed', redact(`The run failed: ${text(failure['message']) ?? 'no reason given'}`), { detail: code })
      }
      default:
    }
  }
  throw new GatewayError('unavailable', 'The gateway ended the stream before the run was finished.')
}
