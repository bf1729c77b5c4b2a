import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPrivateAddress, outgoingLimits, outgoingSignature, outgoingVerdict } from '../../../native-services/domain/webhook-out-rules.ts'

const row = { attempt: 1, expires_at: 1_000_000_000, now: 0, random: 0.5, limits: outgoingLimits }
const answered = (status: number, retry_after_ms: number | null = null) => ({ kind: 'answered', status, retry_after_ms }) as const

describe('what an answer means', () => {
  it('success is delivered; refusals and redirects are given up; trouble is tried again', () => {
    const kinds = [200, 204, 301, 307, 400, 401, 404, 408, 410, 422, 429, 500, 503].map(
      (status) => `${status} ${outgoingVerdict(answered(status), row).kind}`,
    )
    expect(kinds).toEqual(
      [
        '200 delivered',
        '204 delivered',
        '301 dead',
        '307 dead',
        '400 dead',
        '401 dead',
        '404 dead',
        '408 retry',
        '429 retry',
        '500 retry',
        '503 retry',
      ]
        .toSpliced(8, 0, '410 dead', '422 dead')
        .toSorted((a, b) => parseInt(a) - parseInt(b)),
    )
  })
  it('answers that refuse are counted, silence lasts until the event expires', () => {
    expect(outgoingVerdict(answered(500), { ...row, attempt: outgoingLimits.attempts }).kind).toBe('dead')
    const silent = { kind: 'unreachable', error: 'Nothing listens.' } as const
    expect(outgoingVerdict(silent, { ...row, attempt: 500 }).kind).toBe('retry')
    expect(outgoingVerdict(silent, { ...row, attempt: 500, now: row.expires_at - 1 })).toMatchObject({
      kind: 'dead',
      error: 'Nothing listens. Its time is over.',
    })
    expect(outgoingVerdict({ kind: 'forbidden', error: 'no' }, row)).toEqual({ kind: 'dead', error: 'no' })
  })
  it('waits with full jitter, never longer than the cap, and as long as the other side asks within it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 14 }),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        fc.integer({ min: 0, max: 10 ** 8 }),
        (attempt, random, asked) => {
          const verdict = outgoingVerdict(answered(503, asked), { ...row, attempt, random })
          if (verdict.kind !== 'retry') throw new Error(verdict.kind)
          expect(verdict.at).toBeGreaterThanOrEqual(Math.max(1, Math.min(asked, outgoingLimits.max_ms)))
          expect(verdict.at).toBeLessThanOrEqual(outgoingLimits.max_ms)
        },
      ),
    )
  })
})

it('signs the time and the body', () => {
  const hex = createHmac('sha256', 'secret').update('12.{"a":1}').digest('hex')
  expect(outgoingSignature('secret', 12, '{"a":1}')).toBe(`t=12,v1=${hex}`)
})

it('knows addresses that are not public, in every spelling that a resolver gives', () => {
  const own = [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '255.255.255.255',
    '::1',
    '::',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
    'nothing',
  ]
  expect(own.filter((address) => !isPrivateAddress(address))).toEqual([])
  const open = ['1.1.1.1', '172.32.0.1', '192.169.0.1', '8.8.8.8', '2606:4700::1111']
  expect(open.filter(isPrivateAddress)).toEqual([])
})
