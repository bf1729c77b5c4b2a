/**
 * Follows a file that another process appends to. The gateway's output goes to a file and not to a pipe, because a pipe's end would
 * die with us and take the gateway along at its next line.
 */
import { closeSync, fstatSync, openSync, readSync, statSync, truncateSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

export interface FileTail {
  /** Reads what has come since, at once. */
  flush(): void
  stop(): void
}

const chunkSize = 64 * 1024

/** Begins at the present end. Beyond `maxBytes` the file is emptied: its writer appends, so it goes on at the beginning. */
export function createFileTail(options: { file: string; onText: (text: string) => void; everyMs?: number; maxBytes?: number }): FileTail {
  const maxBytes = options.maxBytes ?? 10 * 1024 * 1024
  let offset = sizeOf(options.file)
  let decoder = new StringDecoder('utf8')
  const buffer = Buffer.alloc(chunkSize)

  function flush(): void {
    let handle: number
    try {
      handle = openSync(options.file, 'r')
    } catch {
      return
    }
    try {
      const size = fstatSync(handle).size
      if (size < offset) {
        offset = 0
        decoder = new StringDecoder('utf8')
      }
      while (offset < size) {
        const read = readSync(handle, buffer, 0, Math.min(chunkSize, size - offset), offset)
        if (read === 0) break
        offset += read
        options.onText(decoder.write(buffer.subarray(0, read)))
      }
      if (offset > maxBytes) {
        truncateSync(options.file, 0)
        offset = 0
      }
    } finally {
      closeSync(handle)
    }
  }

  const timer = setInterval(flush, options.everyMs ?? 250)
  timer.unref()
  return { flush, stop: () => clearInterval(timer) }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch {
    return 0
  }
}
