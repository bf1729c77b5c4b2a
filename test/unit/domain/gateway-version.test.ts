import { describe, expect, it } from 'vitest'
import { compareGatewayVersions, minimumGatewayVersion, unsupportedReason } from '../../../native-services/domain/gateway-version.ts'

const sign = (a: string, b: string): number | null => {
  const order = compareGatewayVersions(a, b)
  return order === null ? null : Math.sign(order)
}

describe('versions of OpenClaw are dates', () => {
  it.each([
    ['2026.9.6', '2026.9.6', 0],
    ['2026.9.6', '2026.10.1', -1],
    ['2026.02.9', '2026.2.9', 0],
    ['2026.2.19', '2026.2.9', 1],
    ['2027.1.1', '2026.12.31', 1],
    ['2026.9.6-1', '2026.9.6', 1],
    ['2026.9.6-2', '2026.9.6-10', -1],
    ['2026.9.6-beta.1', '2026.9.6', -1],
    ['2026.9.6-beta.2', '2026.9.6-beta.10', -1],
    ['2026.9.6-beta.1', '2026.9.5', 1],
    ['v2026.9.6', '2026.9.6', 0],
  ])('%s and %s', (a, b, order) => {
    expect(sign(a, b)).toBe(order)
    expect(sign(b, a)).toBe(order === 0 ? 0 : -order)
  })

  it('what is no such version is not compared', () => {
    for (const text of ['', 'dev', '1.2.3', '2026.9', 'latest']) expect(compareGatewayVersions(text, minimumGatewayVersion)).toBeNull()
  })
})

describe('which gateways are used', () => {
  it('the oldest one and everything after it', () => {
    for (const version of [minimumGatewayVersion, '2026.9.6', '2027.1.1-beta.1'])
      expect(unsupportedReason({ version, protocol: 4 })).toBeNull()
  })
  it('an older one is refused with one sentence', () => {
    expect(unsupportedReason({ version: '2026.2.19', protocol: 3 })).toBe(
      `OpenClaw 2026.2.19 is too old: version ${minimumGatewayVersion} or newer is needed.`,
    )
    expect(unsupportedReason({ version: `${minimumGatewayVersion}-beta.1`, protocol: 4 })).toContain('too old')
  })
  it('another protocol is refused, whatever the version says', () => {
    expect(unsupportedReason({ version: '2027.5.1', protocol: 5 })).toContain('protocol 5')
  })
  it('a version that cannot be read is not held against it', () => {
    expect(unsupportedReason({ version: null, protocol: 4 })).toBeNull()
    expect(unsupportedReason({ version: 'custom build', protocol: 4 })).toBeNull()
  })
})
