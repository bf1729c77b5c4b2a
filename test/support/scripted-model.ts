/**
 * A model provider with a script instead of a mind, for tests against the real OpenClaw: `POST /v1/chat/completions`, streamed.
 * Directives in the last user text: `[[tool:NAME {json}]]`, `[[say:TEXT]]`, `[[fail:STATUS]]`, `[[hang]]`, `[[slow:WORDS:MS]]`.
 * A text that tells the agent to run `… mc heartbeat` is obeyed by running that command, which is what a good model would do.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'

export interface ScriptedModel {
  readonly port: number
  /** Every request body, oldest first: what the agent's prompt really contained. */
  readonly requests: ModelRequest[]
  /** What became of each request, oldest first: `cut` when the gateway closed it before its end. */
  readonly exchanges: { user: string; state: 'open' | 'answered' | 'cut' }[]
  /** Asked before the directives; null leaves the decision to them. */
  script: ((user: string, request: ModelRequest) => Answer | null) | null
  /** What to do with a wake: check in (default), answer without checking in, or not answer at all. */
  onWake: 'check_in' | 'answer' | 'hang'
  stop(): Promise<void>
}

export interface ModelRequest {
  messages: { role: string; content: unknown }[]
}

const textOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : Array.isArray(content)
      ? content.map((part) => String((part as { text?: unknown }).text ?? '')).join('')
      : ''

function lastUserText(messages: ModelRequest['messages']): string {
  const real = messages.filter(
    (message) => message.role === 'user' && !textOf(message.content).startsWith('<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>'),
  )
  return textOf(real.at(-1)?.content)
    .replace(/^\[[A-Z][a-z]{2} \d{4}-\d\d-\d\d [^\]]*\] /, '')
    .replace(/\n\nRuntime: agent=[\s\S]*$/, '')
}

export type Answer = { say: string; gapMs?: number } | { tool: string; args: string } | { fail: number } | { hang: true }

function decide(body: ModelRequest, { onWake, script }: Pick<ScriptedModel, 'onWake' | 'script'>): Answer {
  const user = lastUserText(body.messages)
  const real = body.messages.filter((message) => !textOf(message.content).startsWith('<<<BEGIN_OPENCLAW_INTERNAL_CONTEXT>>>'))
  const last = real.at(-1)
  const scripted = last?.role === 'tool' ? null : (script?.(user, body) ?? null)
  if (scripted) return scripted
  if (last?.role === 'tool') return { say: `Done. The command said: ${textOf(last.content).slice(0, 200)}` }
  const fail = /\[\[fail:(\d+)\]\]/.exec(user)
  if (fail) return { fail: Number(fail[1]) }
  if (user.includes('[[hang]]')) return { hang: true }
  const tool = /\[\[tool:(\w+) (\{.*\})\]\]/s.exec(user)
  if (tool) return { tool: tool[1] ?? '', args: tool[2] ?? '{}' }
  const slow = /\[\[slow:(\d+):(\d+)\]\]/.exec(user)
  if (slow) return { say: Array.from({ length: Number(slow[1]) }, (_, index) => `w${index + 1}`).join(' '), gapMs: Number(slow[2]) }
  const say = /\[\[say:(.*?)\]\]/s.exec(user)
  if (say) return { say: say[1] ?? '' }
  const wake = /(\S*mc(?:\.cmd)?) heartbeat/.exec(user)
  if (wake) {
    if (onWake === 'hang') return { hang: true }
    if (onWake === 'answer') return { say: 'I am awake, but I did not run anything.' }
    return { tool: 'exec', args: JSON.stringify({ command: `${(wake[1] ?? '').replace(/^`/, '')} heartbeat` }) }
  }
  return { say: `I read: ${user.slice(0, 60)}` }
}

async function read(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

export async function startScriptedModel(): Promise<ScriptedModel> {
  const requests: ModelRequest[] = []
  let onWake: ScriptedModel['onWake'] = 'check_in'
  let script: ScriptedModel['script'] = null
  const exchanges: ScriptedModel['exchanges'] = []
  let count = 0
  const server = createServer((request, response) => {
    void read(request).then(async (raw) => {
      if (request.url !== '/v1/chat/completions') {
        response.writeHead(404).end('{}')
        return
      }
      const body = JSON.parse(raw) as ModelRequest
      requests.push(body)
      count += 1
      const exchange: ScriptedModel['exchanges'][number] = { user: lastUserText(body.messages), state: 'open' }
      exchanges.push(exchange)
      response.on('close', () => (exchange.state = response.writableFinished ? 'answered' : 'cut'))
      const answer = decide(body, { onWake, script })
      if ('hang' in answer) return
      if ('fail' in answer) {
        response
          .writeHead(answer.fail, { 'content-type': 'application/json' })
          .end(JSON.stringify({ error: { message: 'scripted failure', type: 'server_error' } }))
        return
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const chunk = (delta: object, finish: string | null = null): void => {
        response.write(
          `data: ${JSON.stringify({ id: `chatcmpl-${count}`, object: 'chat.completion.chunk', created: 1, model: 'scripted', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
        )
      }
      chunk({ role: 'assistant', content: '' })
      if ('tool' in answer) {
        chunk({ tool_calls: [{ index: 0, id: `call_${count}`, type: 'function', function: { name: answer.tool, arguments: '' } }] })
        chunk({ tool_calls: [{ index: 0, function: { arguments: answer.args } }] })
        chunk({}, 'tool_calls')
      } else {
        for (const word of answer.say.split(/(?<= )/)) {
          if (response.destroyed) return
          chunk({ content: word })
          if (answer.gapMs) await new Promise((resolve) => setTimeout(resolve, answer.gapMs))
        }
        chunk({}, 'stop')
      }
      response.write(
        `data: ${JSON.stringify({ id: `chatcmpl-${count}`, object: 'chat.completion.chunk', created: 1, model: 'scripted', choices: [], usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 } })}\n\n`,
      )
      response.end('data: [DONE]\n\n')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('no address')
  return {
    port: address.port,
    requests,
    exchanges,
    get script() {
      return script
    },
    set script(value) {
      script = value
    },
    get onWake() {
      return onWake
    },
    set onWake(value) {
      onWake = value
    },
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
