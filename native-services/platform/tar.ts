/** Writes tar archives (POSIX ustar), as a stream: nothing is held in memory but the piece under way. */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { createGzip } from 'node:zlib'

export interface TarEntry {
  /** With forward slashes, at most 255 characters. */
  readonly name: string
  readonly at: number
  readonly content: Buffer | { readonly file: string; readonly size: number }
}

const block = 512

/** Long names are split at a slash: the first part, up to 155 characters, has a field of its own. */
function splitName(name: string): { prefix: string; name: string } {
  if (Buffer.byteLength(name) <= 100) return { prefix: '', name }
  for (let at = name.indexOf('/'); at > 0; at = name.indexOf('/', at + 1)) {
    const rest = name.slice(at + 1)
    if (Buffer.byteLength(rest) <= 100 && at <= 155) return { prefix: name.slice(0, at), name: rest }
  }
  throw new Error(`The name ${name} is too long for an archive.`)
}

function header(entry: { name: string; size: number; at: number }): Buffer {
  const bytes = Buffer.alloc(block)
  const { prefix, name } = splitName(entry.name)
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`
  bytes.write(name, 0, 100)
  bytes.write(octal(0o600, 8), 100)
  bytes.write(octal(0, 8), 108)
  bytes.write(octal(0, 8), 116)
  bytes.write(octal(entry.size, 12), 124)
  bytes.write(octal(Math.floor(entry.at / 1000), 12), 136)
  bytes.write('        ', 148)
  bytes.write('0', 156)
  bytes.write('ustar\u000000', 257)
  bytes.write(prefix, 345, 155)
  bytes.write(
    `${octal(
      bytes.reduce((sum, byte) => sum + byte, 0),
      7,
    )} `,
    148,
  )
  return bytes
}

async function* pieces(entries: Iterable<TarEntry>): AsyncGenerator<Buffer> {
  for (const { name, at, content } of entries) {
    const size = Buffer.isBuffer(content) ? content.byteLength : content.size
    yield header({ name, size, at })
    let written = 0
    if (Buffer.isBuffer(content)) {
      written = content.byteLength
      yield content
    } else if (size > 0)
      for await (const piece of createReadStream(content.file, { end: size - 1 })) {
        written += (piece as Buffer).byteLength
        yield piece as Buffer
      }
    if (written !== size) throw new Error(`${name} became shorter while it was read.`)
    const rest = size % block
    if (rest > 0) yield Buffer.alloc(block - rest)
  }
  yield Buffer.alloc(2 * block)
}

/** A `.tar.gz` of these entries. */
export function tarGz(entries: Iterable<TarEntry>): Readable {
  const source = Readable.from(pieces(entries), { objectMode: false })
  const gzip = createGzip()
  source.on('error', (error) => gzip.destroy(error))
  gzip.on('close', () => source.destroy())
  return source.pipe(gzip)
}

/** All files below a folder, as entries below `name`. */
export async function folderEntries(folder: string, name: string): Promise<TarEntry[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  const found = await Promise.all(
    entries.map(async (entry): Promise<TarEntry[]> => {
      const full = path.join(folder, entry.name)
      if (entry.isDirectory()) return folderEntries(full, `${name}/${entry.name}`)
      const { size, mtimeMs } = await stat(full)
      return [{ name: `${name}/${entry.name}`, at: mtimeMs, content: { file: full, size } }]
    }),
  )
  return found.flat()
}
