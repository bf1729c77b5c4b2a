/** OpenAPI 3.1, generated from the operations table. Agents find their way with it: the tags of an operation are the roles that may call it. */
import { z } from 'zod'
import { neededScope } from '../contract/api-tokens.ts'
import { bodyLimit } from '../contract/body-limits.ts'
import { errorBody } from '../contract/errors.ts'
import { health, readiness, versionInfo } from '../contract/health.ts'
import { type Operation, operations } from '../contract/operations.ts'
import { foreignIds } from './validate.ts'

type Json = Record<string, unknown>

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' }) as Json
  return json
}

const json = (schema: Json): Json => ({ 'application/json': { schema } })
const content = (operation: Operation): Json =>
  operation.media
    ? { [operation.media]: { schema: { type: 'string' } } }
    : operation.binary
      ? { '*/*': {} }
      : json(schemaOf(operation.response, 'output'))
const error = (description: string): Json => ({ description, content: json({ $ref: '#/components/schemas/Error' }) })

function parameters(operation: Operation): Json[] {
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', ...(!foreignIds.has(name ?? '') && { format: 'uuid' }) },
  }))
  if (!operation.query) return inPath
  const query = schemaOf(operation.query, 'input') as { properties?: Record<string, Json>; required?: string[] }
  return [
    ...inPath,
    ...Object.entries(query.properties ?? {}).map(([name, schema]) => ({
      name,
      in: 'query',
      required: query.required?.includes(name) ?? false,
      schema,
    })),
  ]
}

function describe(id: string, operation: Operation): Json {
  const changes = operation.method !== 'GET'
  return {
    operationId: id,
    summary: operation.summary,
    tags: operation.tags,
    security: operation.auth === 'none' ? [] : operation.auth === 'agent' ? [{ agentToken: [] }] : [{ operatorToken: [] }, { session: [] }],
    ...(operation.auth === 'operator' && { 'x-required-scope': neededScope(operation) }),
    parameters: parameters(operation),
    ...(operation.body && { requestBody: { required: true, content: json(schemaOf(operation.body, 'input')) } }),
    responses: {
      [String(operation.status ?? 200)]: { description: operation.summary, content: content(operation) },
      ...(operation.auth !== 'none' && { 401: error('No valid credential.') }),
      ...((changes || operation.auth === 'agent') && { 403: error('Not allowed to this caller.') }),
      ...(operation.path.includes('{') && { 404: error('Not found.') }),
      ...(changes && { 409: error('The state of things does not allow it.') }),
      ...(operation.body && { 413: error(`The body is larger than ${bodyLimit(operation.method, `/api/v1${operation.path}`)} bytes.`) }),
      422: error('The input is not valid; `field` names the place.'),
      429: error('Too many requests; `Retry-After` says when to come back.'),
    },
  }
}

const plain = (summary: string, schema: z.ZodType, more: Json = {}): Json => ({
  get: {
    summary,
    tags: ['health'],
    security: [],
    responses: { 200: { description: summary, content: json(schemaOf(schema, 'output')) }, ...more },
  },
})

export function buildOpenApi(version: string): Json {
  const paths: Record<string, Json> = {
    '/healthz': plain('The process answers', z.object({ ok: z.literal(true) })),
    '/readyz': plain('The database and the loops work', readiness, {
      503: { description: 'Not ready', content: json(schemaOf(readiness, 'output')) },
    }),
    '/health': plain('How everything is', health, { 503: { description: 'Degraded', content: json(schemaOf(health, 'output')) } }),
    '/version': plain('Versions', versionInfo),
    '/api/v1/events': {
      get: {
        operationId: 'events',
        summary: 'Server-sent events: hello, change, reset, gateway, runtime, reply, attention, log, ping. `change` may be resumed.',
        tags: ['events'],
        security: [{ operatorToken: [] }, { session: [] }],
        parameters: [
          {
            name: 'since',
            in: 'query',
            required: false,
            schema: { type: 'integer', minimum: 0 },
            description: 'Resume after this revision.',
          },
          {
            name: 'Last-Event-ID',
            in: 'header',
            required: false,
            schema: { type: 'string' },
            description: 'As `since`; browsers send it by themselves.',
          },
          { name: 'logs', in: 'query', required: false, schema: { type: 'boolean' }, description: 'Also log lines.' },
        ],
        responses: {
          200: { description: 'The stream', content: { 'text/event-stream': { schema: { type: 'string' } } } },
          401: error('No valid credential.'),
        },
      },
    },
  }
  for (const [id, operation] of Object.entries(operations) as [string, Operation][]) {
    const path = `/api/v1${operation.path}`
    paths[path] = { ...paths[path], [operation.method.toLowerCase()]: describe(id, operation) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'OpenClaw Mission Control',
      version,
      description:
        'Operators send `Authorization: Bearer <operator token>`, agents `X-Agent-Token`. Lists answer `{items, total, limit, offset}`, errors `{detail, code, request_id}`.',
    },
    paths,
    components: {
      schemas: { Error: schemaOf(errorBody, 'output') },
      securitySchemes: {
        operatorToken: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'mc_session_<port>' },
        agentToken: { type: 'apiKey', in: 'header', name: 'X-Agent-Token' },
      },
    },
  }
}
