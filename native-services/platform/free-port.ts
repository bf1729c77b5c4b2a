import net from 'node:net'

/** True when something accepts connections there. */
export function portAnswers(port: number, options: { host?: string; timeoutMs?: number } = {}): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: options.host ?? '127.0.0.1', port })
    const finish = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(options.timeoutMs ?? 1000, () => finish(false))
    socket.once('connect', () => finish(true))
    socket.once('error', () => finish(false))
  })
}

/** True when a server of ours could listen there now: IPv4 loopback and, where there is one, IPv6 loopback. */
export async function portIsFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port, '::1'))
}

/** True when a server could listen on exactly that address now. */
export function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT'))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** A free loopback port: the first free one after `near`, or any. */
export async function freePort(near?: number): Promise<number> {
  if (near !== undefined) {
    // OpenClaw uses ports up to 110 above its own: stay clear of the neighbour's.
    for (let step = 1; step <= 50; step += 1) {
      const candidate = near + step * 120
      if (candidate > 65_000) break
      if (await portIsFree(candidate)) return candidate
    }
  }
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen({ port: 0, host: '127.0.0.1' }, () => {
      const address = server.address()
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no free port'))))
    })
  })
}
