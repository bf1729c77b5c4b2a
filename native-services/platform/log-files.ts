/** The same lines as plain files, one per source, for `grep` and `tail`: small, rotated, private. */
import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'

export interface LogFiles {
  /** Adds text to `<source>.jsonl`. Throws when the disk does not take it. */
  append(source: string, text: string): void
}

export function createLogFiles(options: { directory: string; maxBytes?: number; files?: number }): LogFiles {
  const { directory } = options
  const maxBytes = options.maxBytes ?? 10 * 1024 * 1024
  const files = options.files ?? 5
  const sizes = new Map<string, number>()
  mkdirSync(directory, { recursive: true, mode: 0o700 })

  /** `x.jsonl` → `x.1.jsonl` → … ; the oldest goes. */
  function rotate(file: string): void {
    const numbered = (n: number): string => (n === 0 ? file : file.replace(/\.jsonl$/, `.${n}.jsonl`))
    rmSync(numbered(files - 1), { force: true })
    for (let n = files - 2; n >= 0; n -= 1) if (statSync(numbered(n), { throwIfNoEntry: false })) renameSync(numbered(n), numbered(n + 1))
  }

  return {
    append(source, text) {
      const file = path.join(directory, `${source}.jsonl`)
      const bytes = Buffer.byteLength(text)
      let size = sizes.get(file) ?? statSync(file, { throwIfNoEntry: false })?.size ?? 0
      if (size + bytes > maxBytes && size > 0) {
        rotate(file)
        size = 0
      }
      appendFileSync(file, text, { mode: 0o600 })
      sizes.set(file, size + bytes)
    },
  }
}
