/**
 * Stands in for the services host where a test is about supervision: takes `init` over the link, listens, says `ready`, shows what
 * it was told at `/told`, and exits when its parent goes away. Behaviour can be changed by files in the data folder.
 */
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { hostToServices, type HostToServices } from '../../native-services/contract/host-link.ts'
import { linkToParent } from '../../native-services/host/process-link.ts'

const link = linkToParent()
if (!link) throw new Error('nobody forked this')
link.onClose(() => process.exit(0))

const told: HostToServices[] = []

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  if (url.pathname === '/healthz') return void response.end('{}')
  if (url.pathname === '/told') return void response.end(JSON.stringify(told))
  if (url.pathname === '/command') {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      link.post({ type: 'gateway-command', command_id: url.searchParams.get('id') ?? 'test', command: JSON.parse(body) as unknown })
      response.end('{}')
    })
    return
  }
  response.statusCode = 404
  response.end()
})

link.onMessage((raw) => {
  const message = hostToServices.parse(raw)
  told.push(message)
  if (message.type === 'shutdown') {
    server.close()
    server.closeAllConnections()
    setTimeout(() => process.exit(0), 20)
  }
  if (message.type !== 'init') return
  // A services host that refuses its database for good.
  if (existsSync(path.join(message.data_dir, 'stand-in-exit-78'))) {
    console.error('error: the database is from a newer version')
    process.exit(78)
  }
  server.listen(message.port, message.host, () =>
    link.post({ type: 'ready', port: (server.address() as AddressInfo).port, pid: process.pid }),
  )
})
