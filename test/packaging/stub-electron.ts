import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What Electron's own build leaves in the binary for tools to find: after it come the wire's version, its length and one character per fuse. */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'

/**
 * Writes the least that electron-builder accepts as a Linux distribution of Electron. The program only prints a line, but it carries a
 * fuse wire in Electron 45's default states, so that flipping and reading the fuses is the real thing.
 */
export function writeStubElectron({ folder, version }: { folder: string; version: string }): void {
  mkdirSync(join(folder, 'resources'), { recursive: true })
  mkdirSync(join(folder, 'locales'), { recursive: true })
  const script = Buffer.from('#!/bin/sh\necho stub\nexit 0\n')
  const wire = Buffer.concat([Buffer.from(sentinel), Buffer.from([1, 9]), Buffer.from('101100011')])
  writeFileSync(join(folder, 'electron'), Buffer.concat([script, wire, Buffer.from('\n')]))
  chmodSync(join(folder, 'electron'), 0o755)
  writeFileSync(join(folder, 'chrome-sandbox'), '')
  writeFileSync(join(folder, 'version'), version)
  writeFileSync(join(folder, 'LICENSE'), 'stub')
  writeFileSync(join(folder, 'LICENSES.chromium.html'), 'stub')
  writeFileSync(join(folder, 'locales', 'en-US.pak'), '')
}
