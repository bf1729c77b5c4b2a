/**
 * Stands in for the program `openclaw`, where a test is about choosing between versions of it: a package in a folder, run as a process of
 * its own. It checks configurations, and as `gateway run` it says hello like the real one. `behaviour.json` beside it says how it fails.
 */
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export interface StandInBehaviour {
  version: string
  /** `dumb`: it starts and cannot do what is needed. `exit`: it ends at once. `liar`: it calls itself another version. `picky`: it accepts no configuration. */
  as: 'good' | 'dumb' | 'exit' | 'liar' | 'picky'
  /** Written into the configuration at every start, as a migration would. */
  migrates?: boolean
}

/** Lays it beside the others, as an installation would. Returns its id. */
export function layStandIn(runtimeDir: string, tag: string, behaviour: StandInBehaviour): string {
  const id = `openclaw-${behaviour.version}-${tag}`
  const folder = path.join(runtimeDir, id, 'node_modules', 'openclaw')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    path.join(folder, 'package.json'),
    JSON.stringify({ name: 'openclaw', version: behaviour.version, type: 'module', engines: { node: '>=24' } }),
  )
  writeFileSync(path.join(folder, 'behaviour.json'), JSON.stringify(behaviour))
  writeFileSync(
    path.join(folder, 'openclaw.mjs'),
    `import { runStandIn } from ${JSON.stringify(pathToFileURL(fileURLToPath(import.meta.url)).href)}\nrunStandIn(import.meta.dirname)\n`,
  )
  const node = path.join(runtimeDir, `node-${process.versions.node}-${tag}`, 'bin')
  mkdirSync(node, { recursive: true })
  if (process.platform === 'win32') cpSync(process.execPath, path.join(node, 'node.exe'))
  else symlinkSync(process.execPath, path.join(node, 'node'))
  return id
}

type Json = Record<string, unknown>
interface Socket {
  send(text: string): void
  on(event: 'message', listener: (data: Buffer) => void): void
}
interface SocketServer {
  on(event: 'connection', listener: (socket: Socket) => void): void
}

export function runStandIn(folder: string): void {
  const behaviour = JSON.parse(readFileSync(path.join(folder, 'behaviour.json'), 'utf8')) as StandInBehaviour
  const [first, second] = process.argv.slice(2)
  const file = process.env['OPENCLAW_CONFIG_PATH'] ?? ''
  const config = JSON.parse(readFileSync(file, 'utf8')) as { gateway: { port: number }; logging?: { level?: unknown } }
  if (first === 'config' && second === 'validate') {
    const issues: Json[] = []
    if (behaviour.as === 'picky') issues.push({ path: 'gateway', message: 'is not what it was' })
    if (config.logging?.level !== undefined && typeof config.logging.level !== 'string')
      issues.push({ path: 'logging.level', message: 'expected a text' })
    process.stdout.write(JSON.stringify({ valid: issues.length === 0, issues }))
    process.exitCode = issues.length === 0 ? 0 : 1
    return
  }
  if (first !== 'gateway') return void process.stdout.write(behaviour.version)
  if (behaviour.as === 'exit') {
    process.stderr.write('Gateway failed to start: this version cannot read its own state\n')
    process.exitCode = 1
    return
  }
  if (behaviour.migrates === true) writeFileSync(file, `${JSON.stringify({ ...config, migrated_by: behaviour.version }, null, 2)}\n`)
  serve(config.gateway.port, behaviour)
}

function serve(port: number, behaviour: StandInBehaviour): void {
  const hello = (
    JSON.parse(readFileSync(new URL('../fixtures/gateway-frames/hello-2026.9.6.json', import.meta.url), 'utf8')) as { frame: Json }
  ).frame
  const version = behaviour.as === 'liar' ? '1999.1.1' : behaviour.version
  const features = hello['features'] as Json
  const frame = {
    ...hello,
    server: { ...(hello['server'] as Json), version, bootId: String(process.pid) },
    ...(behaviour.as === 'dumb' && { features: { ...features, methods: ['config.get', 'system.info'] } }),
  }
  const http = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(request.url === '/startupz' ? { status: 'started', version } : { ok: true }))
  })
  const { WebSocketServer } = createRequire(import.meta.url)('ws') as { WebSocketServer: new (options: object) => SocketServer }
  new WebSocketServer({ server: http }).on('connection', (socket) => {
    const send = (message: Json): void => socket.send(JSON.stringify(message))
    send({ type: 'event', event: 'connect.challenge', payload: { nonce: 'nonce', ts: Date.now() } })
    socket.on('message', (data) => {
      const { id, method } = JSON.parse(data.toString()) as { id: string; method: string }
      const answers: Json = { connect: frame, 'system.info': { pid: process.pid }, 'agents.list': { agents: [] } }
      send({ type: 'res', id, ok: true, payload: answers[method] ?? {} })
    })
  })
  http.listen(port, '127.0.0.1')
  process.on('SIGTERM', () => process.exit(0))
}
