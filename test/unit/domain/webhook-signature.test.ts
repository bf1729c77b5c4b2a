import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { findSignature, keptHeaders, signatureMatches } from '../../../native-services/domain/webhook-signature.ts'

const body = Buffer.from('{"zen":"Grüße"}')
const hex = createHmac('sha256', "It's a Secret to Everybody").update(body).digest('hex')

describe('signatures of webhooks', () => {
  it('are those of GitHub: its own example', () => {
    expect(
      signatureMatches(
        'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
        "It's a Secret to Everybody",
        Buffer.from('Hello, World!'),
      ),
    ).toBe(true)
  })

  it('come with or without prefix, in either case', () => {
    const secret = "It's a Secret to Everybody"
    for (const given of [hex, `sha256=${hex}`, `SHA256=${hex.toUpperCase()}`, ` ${hex} `])
      expect(signatureMatches(given, secret, body)).toBe(true)
    for (const given of [null, '', 'sha256=', hex.slice(1), `${hex}00`, `sha1=${hex}`, '0'.repeat(64), 'z'.repeat(64)])
      expect(signatureMatches(given, secret, body)).toBe(false)
    expect(signatureMatches(hex, 'another secret', body)).toBe(false)
    expect(signatureMatches(hex, secret, Buffer.concat([body, Buffer.from(' ')]))).toBe(false)
  })

  it('stand in the header of the webhook, or in one of the usual ones', () => {
    const headers = new Headers({ 'x-webhook-signature': 'b', 'x-own': 'c' })
    expect(findSignature(headers, null)).toBe('b')
    expect(findSignature(headers, 'x-own')).toBe('c')
    expect(findSignature(headers, 'x-other')).toBeNull()
    headers.set('x-hub-signature-256', 'a')
    expect(findSignature(headers, null)).toBe('a')
  })

  it('are not kept, nor is anything that authorises', () => {
    const headers = new Headers({
      'content-type': 'application/json',
      'user-agent': 'curl',
      'x-github-event': 'push',
      'x-hub-signature-256': 'a',
      'x-api-key': 'k',
      'x-auth-token': 't',
      authorization: 'Bearer x',
      cookie: 'c=1',
      accept: '*/*',
    })
    expect(keptHeaders(headers)).toEqual({ 'content-type': 'application/json', 'user-agent': 'curl', 'x-github-event': 'push' })
  })
})
