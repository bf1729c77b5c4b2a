import { randomBytes } from 'node:crypto'
import { chmodSync, readFileSync } from 'node:fs'
import { writeFileAtomic } from '../platform/atomic-file.ts'
import { registerSecret } from '../platform/redact.ts'

/** 32 random bytes, base64url, in a file that only its owner reads; made once. What is too short to be one is replaced. */
export function secretFile(file: string): string {
  let known = ''
  try {
    known = readFileSync(file, 'utf8').trim()
    if (process.platform !== 'win32') chmodSync(file, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const secret = known.length >= 32 ? known : randomBytes(32).toString('base64url')
  if (secret !== known) writeFileAtomic(file, `${secret}\n`)
  registerSecret(secret)
  return secret
}
