import { expect, it } from 'vitest'
import { errorReport, withoutSecrets } from '../../../renderer/src/app/error-report.ts'

it.each([
  ['Authorization: Bearer abcdefghijklmnop', 'abcdefghijklmnop'],
  ['the token mca_0123456789abcdefABCDEF', '0123456789abcdef'],
  ['{"api_key":"k-1234567890"}', 'k-1234567890'],
  ['at http://127.0.0.1:1/#/login/Zx81k_one-time', 'Zx81k_one-time'],
  ['0123456789abcdef0123456789abcdef0123456789abcdef', '0123456789abcdef'],
])('takes secrets out of %s', (text, secret) => {
  expect(withoutSecrets(text)).not.toContain(secret)
})

it('says where, what and with which version, and keeps ids', () => {
  const id = '01a1fd0f-9d57-7000-848d-5cea9a245372'
  const report = errorReport({
    error: new TypeError('x is undefined'),
    componentStack: '\n    at UsagePage',
    where: `/boards/${id}`,
    version: '1.2.3',
    browser: 'Chromium',
    at: new Date(0),
  })
  expect(report).toContain('Mission Control 1.2.3, 1970-01-01T00:00:00.000Z')
  expect(report).toContain(`Page: /boards/${id}`)
  expect(report).toContain('TypeError: x is undefined')
  expect(report).toContain('at UsagePage')
})
