/** Secrets at rest that must be read again: AES-256-GCM under a key that is derived from the install key and stored nowhere. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

export interface Sealer {
  /** @param subject What it belongs to; sealed text opens for the same subject only. */
  seal(text: string, subject: string): string
  /** Throws when the text was changed, or belongs to another subject or installation. */
  open(sealed: string, subject: string): string
}

/** @param purpose Keys for different purposes have nothing in common. */
export function createSealer(installKey: string, purpose: string): Sealer {
  const key = Buffer.from(hkdfSync('sha256', installKey, 'mission-control', `seal:${purpose}`, 32))
  return {
    seal(text, subject) {
      const iv = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(subject))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return `v1.${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`
    },
    open(sealed, subject) {
      if (!sealed.startsWith('v1.')) throw new Error('This sealed text has an unknown form.')
      const bytes = Buffer.from(sealed.slice(3), 'base64url')
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
      decipher.setAAD(Buffer.from(subject)).setAuthTag(bytes.subarray(12, 28))
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
    },
  }
}
