/** Conversations of agents inside the gateway. Nothing of them is stored here; what a person does to one is told in the activity. */
import { AppError } from '../../contract/errors.ts'
import { chatRunKey } from '../../lifecycle/run-meter.ts'
import { readSession, readTranscript } from '../../gateway/session-reader.ts'
import { GatewayError } from '../../gateway/types.ts'
import { createId } from '../../platform/ids.ts'
import type { AgentRow } from '../../store/agents.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'

type Ids = 'listAgentSessions' | 'getSessionHistory' | 'sendSessionMessage' | 'abortSession' | 'resetSession'

const mostSessions = 200

export function sessionOfAgentHandlers(deps: ApiDeps, { entities }: { entities: Entities }): HandlerGroup<Ids> {
  const { store, connection } = deps

  /** The agent, when the session is one of its own. */
  function owner(agentId: string, sessionKey: string, place: 'query' | 'body'): AgentRow {
    const agent = entities.mustAgent(agentId)
    if (!sessionKey.startsWith(`agent:${agent.gateway_agent_id}:`))
      throw new AppError('forbidden', `This is not a session of ${agent.name}.`, { field: `${place}.session_key` })
    return agent
  }

  async function ask(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>> {
    try {
      return await connection.request(method, params)
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      const more = { cause: error }
      switch (error.failure) {
        case 'unavailable':
        case 'unauthorized':
          throw new AppError(
            'gateway_unavailable',
            `The gateway is not connected, so its sessions cannot be reached. Start it and try again. (${error.message})`,
            more,
          )
        case 'rejected':
          if (/not found|unknown session/i.test(error.message)) throw new AppError('not_found', 'The gateway has no such session.', more)
          throw new AppError('conflict', `The gateway refused: ${error.message}`, more)
        case 'rate_limited':
          throw new AppError('too_many_requests', `The gateway asks for a pause; try again in a moment. (${error.message})`, more)
        case 'timeout':
        case 'failed':
        case 'aborted':
          throw new AppError('gateway_error', `The gateway did not do it: ${error.message}`, more)
      }
    }
  }

  /** What a person stopped is not sent again by itself. Its end may have been recorded before ours, as a failure to be tried again. */
  function giveUp(notificationId: string | undefined): void {
    const row = notificationId === undefined ? undefined : store.notifications.get(notificationId)
    if (row?.state !== 'leased' && row?.state !== 'queued') return
    store.notifications.finish(row.id, { state: 'skipped', error_code: 'stopped', error: 'An operator stopped its run.' })
  }

  function tell(agent: AgentRow, event: { type: string; message: string; data: Record<string, unknown> }): void {
    store.write(() =>
      store.activity.record({
        event_type: event.type,
        message: event.message,
        actor_type: 'user',
        actor_name: 'Operator',
        agent_id: agent.id,
        board_id: agent.board_id,
        data: event.data,
      }),
    )
  }

  return {
    async listAgentSessions({ params }) {
      const agent = entities.mustAgent(params.agent_id)
      const answer = await ask('sessions.list', { agentId: agent.gateway_agent_id, limit: mostSessions, includeLastMessage: true })
      const rows = Array.isArray(answer['sessions']) ? (answer['sessions'] as unknown[]) : []
      const prefix = `agent:${agent.gateway_agent_id}:`
      return {
        items: rows
          .flatMap((row) => readSession(row, agent) ?? [])
          .filter((session) => session.key.startsWith(prefix))
          .sort((a, b) => (b.updated_at ?? 0) - (a.updated_at ?? 0)),
      }
    },

    async getSessionHistory({ params, query }) {
      owner(params.agent_id, query.session_key, 'query')
      const answer = await ask('chat.history', { sessionKey: query.session_key, limit: query.limit, offset: query.before ?? 0 })
      return { session_key: query.session_key, ...readTranscript(answer) }
    },

    async sendSessionMessage({ params, body }) {
      const agent = owner(params.agent_id, body.session_key, 'body')
      const key = `${chatRunKey}${createId()}`
      const answer = await ask('chat.send', { sessionKey: body.session_key, message: body.message, idempotencyKey: key })
      const runId = typeof answer['runId'] === 'string' ? answer['runId'] : key
      tell(agent, {
        type: 'session.message_sent',
        message: `Operator wrote to ${agent.name} in its session.`,
        data: { session_key: body.session_key, run_id: runId },
      })
      return { session_key: body.session_key, run_id: runId }
    },

    async abortSession({ params, body }) {
      const agent = owner(params.agent_id, body.session_key, 'body')
      const before = store.notifications.underWay(body.session_key)
      const answer = await ask('sessions.abort', { key: body.session_key })
      const answered = typeof answer['abortedRunId'] === 'string' ? answer['abortedRunId'] : null
      const aborted = answered !== null || answer['status'] === 'aborted'
      // Of a run that came over HTTP the gateway does not tell which it was.
      const runId = answered ?? (aborted ? (before?.run_id ?? null) : null)
      if (aborted)
        store.write(() => {
          giveUp(before?.id)
          tell(agent, {
            type: 'session.aborted',
            message: `Operator stopped a run of ${agent.name}.`,
            data: { session_key: body.session_key, run_id: runId },
          })
        })
      return { session_key: body.session_key, aborted, run_id: runId }
    },

    async resetSession({ params, body }) {
      const agent = owner(params.agent_id, body.session_key, 'body')
      await ask('sessions.reset', { key: body.session_key })
      tell(agent, {
        type: 'session.reset',
        message: `Operator began a session of ${agent.name} anew.`,
        data: { session_key: body.session_key },
      })
      return { ok: true }
    },
  }
}
