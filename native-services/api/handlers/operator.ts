/** Overview, settings, runtime, jobs, logs, browser sessions: what an operator asks about the program itself. */
import { agentStatuses, taskStatuses } from '../../contract/states.ts'
import { startRuntimeInstall } from '../runtime-install.ts'
import { AppError } from '../../contract/errors.ts'
import type { Attention } from '../attention.ts'
import type { Auth } from '../auth.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import type { Entities } from '../entities.ts'
import type { GatewayHealthWatch } from '../gateway-health.ts'
import type { Sessions } from '../sessions.ts'

type Ids =
  | 'getOverview'
  | 'getSettings'
  | 'updateSettings'
  | 'getRuntime'
  | 'installRuntime'
  | 'getModelProvider'
  | 'setModelProvider'
  | 'listJobs'
  | 'getJob'
  | 'createSessionCode'
  | 'createSession'
  | 'deleteSession'

const minuteMs = 60_000

/** Sixty buckets of a minute, the running one last; minutes in which nothing happened are zero. */
function perMinute(
  rows: readonly { at: number; delivered: number; failed: number }[],
  now: number,
): { at: number; delivered: number; failed: number }[] {
  const byMinute = new Map(rows.map((row) => [row.at, row]))
  const last = Math.floor(now / minuteMs) * minuteMs
  return Array.from({ length: 60 }, (_, index) => {
    const at = last - (59 - index) * minuteMs
    return byMinute.get(at) ?? { at, delivered: 0, failed: 0 }
  })
}

export function zeros<Key extends string>(keys: readonly Key[], counts: Partial<Record<Key, number>>): Record<Key, number> {
  return Object.fromEntries(keys.map((key) => [key, counts[key] ?? 0])) as Record<Key, number>
}

export function operatorHandlers(
  deps: ApiDeps,
  parts: { entities: Entities; attention: Attention; sessions: Sessions; auth: Auth; health: Pick<GatewayHealthWatch, 'view'> },
): HandlerGroup<Ids> {
  const { store, live, clock } = deps
  const { entities, sessions } = parts
  return {
    getOverview() {
      const now = clock.now()
      const { queued, leased, dead } = store.notifications.countByState()
      return {
        gateway: live.gateway(),
        gateway_health: store.gateways.local() ? parts.health.view() : null,
        agents_by_status: zeros(agentStatuses, store.agents.countByStatus()),
        tasks_by_status: zeros(taskStatuses, store.tasks.countByStatus()),
        deliveries: { queued, leased, dead, per_minute: perMinute(store.notifications.perMinute(now - 60 * minuteMs), now) },
        attention: [...parts.attention.items()],
        uptime_ms: now - deps.startedAt,
        version: deps.version,
        demo: deps.demo,
      }
    },
    getSettings: () => store.settings.get(),
    updateSettings({ body }) {
      store.write(() => {
        store.settings.update(body)
        store.activity.record({
          event_type: 'settings.updated',
          message: `Operator changed ${Object.keys(body).join(', ') || 'nothing'}`,
          actor_type: 'user',
          actor_name: 'Operator',
          data: body,
        })
      })
      return store.settings.get()
    },
    getRuntime: () => live.runtime(),
    installRuntime: () => startRuntimeInstall({ store, live }),
    getModelProvider: () => live.modelProvider(),
    async setModelProvider({ body }) {
      const result = await live.command({ action: 'set-model-provider', provider: body })
      if (!result.ok) throw new AppError('gateway_error', result.message ?? 'The model provider could not be set.')
      store.write(() =>
        store.activity.record({
          event_type: 'model_provider.changed',
          message: `Operator chose the model provider ${body.kind}`,
          actor_type: 'user',
          actor_name: 'Operator',
          data: { kind: body.kind },
        }),
      )
      return live.modelProvider()
    },
    listJobs: ({ query }) => ({ ...store.jobs.list(query), ...pick(query) }),
    getJob: ({ params }) => entities.must(store.jobs.get(params.job_id), 'job'),
    createSessionCode: () => sessions.createCode(),
    async createSession({ body, address, setHeader }) {
      let cookie: string
      try {
        cookie = sessions.exchange(body.code)
      } catch (error) {
        // Only what fails is counted: whoever guesses here must not keep the one with the right code out.
        await parts.auth.countFailedExchange(address)
        throw error
      }
      setHeader('set-cookie', cookie)
      return { ok: true }
    },
    deleteSession({ cookie, setHeader }) {
      setHeader('set-cookie', sessions.end(cookie))
      return { ok: true }
    },
  }
}

/** The page that was asked for, as a list answers it. */
export function pick(query: { limit: number; offset: number }): { limit: number; offset: number } {
  return { limit: query.limit, offset: query.offset }
}
