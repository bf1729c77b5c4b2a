/** Webhooks out: which events there are, where they may go, how they are signed, what an answer means. Pure functions. */
import { createHmac } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import type { OutgoingEvent } from '../contract/webhooks-out.ts'
import { backoffMs } from './backoff.ts'

/** Activity that others can be told of, and the name it has for them. Comments and agents' states are told where they are written. */
const told: Readonly<Record<string, OutgoingEvent>> = {
  'task.created': 'task.created',
  'task.status_changed': 'task.status_changed',
  'approval.requested': 'approval.requested',
  'approval.approved': 'approval.resolved',
  'approval.rejected': 'approval.resolved',
  'question.asked': 'question.asked',
  'question.answered': 'question.resolved',
  'question.expired': 'question.resolved',
  delivery_failed: 'delivery.dead',
}
export const outgoingEventOf = (eventType: string): OutgoingEvent | null =>
  Object.hasOwn(told, eventType) ? (told[eventType] ?? null) : null

/** @param at Seconds since the epoch, so that the other side can refuse what is old. */
export function outgoingSignature(secret: string, at: number, body: string): string {
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`
}

const notPublic = new BlockList()
// This machine, private and shared networks, link-local (where clouds answer with credentials), multicast, documentation, reserved.
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  notPublic.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  notPublic.addSubnet(net, prefix, 'ipv6')

/** Whether an address belongs to this machine or to a network behind it. What is no address counts as one. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 0) return true
  return notPublic.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

export interface OutgoingLimits {
  base_ms: number
  max_ms: number
  /** Answers that refuse before it is given up. One that does not answer at all is tried until the event expires. */
  attempts: number
}
export const outgoingLimits: OutgoingLimits = { base_ms: 5000, max_ms: 900_000, attempts: 15 }

export type OutgoingResult =
  | { kind: 'answered'; status: number; retry_after_ms: number | null }
  /** Nobody answered: no such name, no connection, no answer in time. */
  | { kind: 'unreachable'; error: string }
  /** We may not call it. */
  | { kind: 'forbidden'; error: string }

export type OutgoingVerdict = { kind: 'delivered' } | { kind: 'dead'; error: string } | { kind: 'retry'; at: number; error: string }

/** @param attempt How often it was tried, this one included. @param random Uniform in [0, 1). */
export function outgoingVerdict(
  result: OutgoingResult,
  row: { attempt: number; expires_at: number; now: number; random: number; limits: OutgoingLimits },
): OutgoingVerdict {
  const again = (error: string, atLeast = 0): OutgoingVerdict => {
    const wait = backoffMs({ attempt: row.attempt, base_ms: row.limits.base_ms, max_ms: row.limits.max_ms, random: row.random })
    const at = row.now + Math.max(wait, Math.min(atLeast, row.limits.max_ms))
    return at >= row.expires_at ? { kind: 'dead', error: `${error} Its time is over.` } : { kind: 'retry', at, error }
  }
  if (result.kind === 'forbidden') return { kind: 'dead', error: result.error }
  if (result.kind === 'unreachable') return again(result.error)
  const { status } = result
  if (status >= 200 && status < 300) return { kind: 'delivered' }
  if (status >= 300 && status < 400)
    return { kind: 'dead', error: `It answered with a redirect (${status}), and redirects are not followed. Use the address it points to.` }
  const error = `It answered with status ${status}.`
  const forNow = status === 408 || status === 429 || status >= 500
  if (!forNow) return { kind: 'dead', error }
  return row.attempt >= row.limits.attempts ? { kind: 'dead', error } : again(error, result.retry_after_ms ?? 0)
}
