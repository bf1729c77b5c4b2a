/** Opens the port of the API. */
import type { Server } from 'node:http'

export class PortTakenError extends Error {
  constructor(host: string, port: number) {
    super(`Port ${port} on ${host} is taken by another program. End it, or choose another port with --port.`)
    this.name = 'PortTakenError'
  }
}

const againAfterMs = 200
const tries = 10

/** Resolves with the port that it got, for port 0 another one each time. Throws `PortTakenError`. */
export async function listenOn(server: Server, wanted: { host: string; port: number }): Promise<number> {
  for (let left = tries; ; left -= 1) {
    try {
      return await listenOnce(server, wanted)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      // The port of a process that was just killed is free in a moment.
      if (left === 0) throw new PortTakenError(wanted.host, wanted.port)
      await new Promise((resolve) => setTimeout(resolve, againAfterMs))
    }
  }
}

function listenOnce(server: Server, { host, port }: { host: string; port: number }): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}
