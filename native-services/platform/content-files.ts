/**
 * Files that are named after the SHA-256 of what is in them. A file is written beside the others, synced, and given its name at the end, so
 * that a crash leaves either the whole file or a piece that the next sweep removes.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'

export interface Received {
  readonly sha256: string
  /** Bytes. */
  readonly size: number
  /** Gives the file its name; nothing happens when there is one of the same content. Synchronous: the row is written in the same turn. */
  keep(): void
  discard(): void
}

export interface ContentFiles {
  /** Writes a body to disk while it arrives. Resolves to null when it is larger than `limit` bytes. Throws what the body or the disk throws. */
  receive(body: ReadableStream<Uint8Array> | null, limit: number): Promise<Received | null>
  /** The content; null when the file is not there. */
  read(sha256: string): ReadableStream<Uint8Array> | null
  /** Removes the files that nobody needs and, at the start of the program, what was left half written. Returns how many. */
  sweep(needed: (sha256: string) => boolean, options?: { atStart?: boolean }): number
}

const hashName = /^[0-9a-f]{64}$/

export function createContentFiles(directory: string): ContentFiles {
  const incoming = path.join(directory, 'incoming')
  const fileOf = (sha256: string): string => {
    if (!hashName.test(sha256)) throw new Error('not a hash')
    return path.join(directory, sha256.slice(0, 2), sha256)
  }

  return {
    async receive(body, limit) {
      mkdirSync(incoming, { recursive: true, mode: 0o700 })
      const temporary = path.join(incoming, randomBytes(12).toString('hex'))
      const discard = (): void => rmSync(temporary, { force: true })
      const hash = createHash('sha256')
      let size = 0
      const reader = body?.getReader()
      const handle = await open(temporary, 'wx', 0o600)
      try {
        for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
          size += part.value.byteLength
          if (size > limit) {
            await reader?.cancel().catch(() => undefined)
            await handle.close()
            discard()
            return null
          }
          hash.update(part.value)
          await handle.writeFile(part.value)
        }
        await handle.sync()
        await handle.close()
      } catch (error) {
        await handle.close().catch(() => undefined)
        discard()
        throw error
      }
      const sha256 = hash.digest('hex')
      return {
        sha256,
        size,
        keep() {
          const target = fileOf(sha256)
          if (existsSync(target)) return discard()
          mkdirSync(path.dirname(target), { recursive: true, mode: 0o700 })
          renameSync(temporary, target)
        },
        discard,
      }
    },

    read(sha256) {
      const file = fileOf(sha256)
      return existsSync(file) ? (Readable.toWeb(createReadStream(file)) as ReadableStream<Uint8Array>) : null
    },

    sweep(needed, options = {}) {
      if (!existsSync(directory)) return 0
      let removed = 0
      // Later on, a piece in here is an upload under way.
      if (options.atStart && existsSync(incoming)) {
        removed += readdirSync(incoming).length
        rmSync(incoming, { recursive: true, force: true })
      }
      for (const folder of readdirSync(directory)) {
        if (!/^[0-9a-f]{2}$/.test(folder)) continue
        for (const name of readdirSync(path.join(directory, folder))) {
          if (!hashName.test(name) || needed(name)) continue
          rmSync(path.join(directory, folder, name), { force: true })
          removed += 1
        }
      }
      return removed
    },
  }
}
