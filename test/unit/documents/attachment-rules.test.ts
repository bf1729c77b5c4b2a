import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  allowedExtensions,
  attachmentType,
  cleanFileName,
  downloadHeaders,
  isThumbnail,
} from '../../../native-services/domain/attachment-rules.ts'

describe('the type of a file', () => {
  it.each([
    ['a.png', 'application/octet-stream', 'image/png'],
    ['A.JPEG', null, 'image/jpeg'],
    ['report.docx', '', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['notes.md', 'text/html', 'text/markdown'],
    ['picture.png', 'text/html', 'image/png'],
    ['noextension', 'image/webp; q=1', 'image/webp'],
    ['noextension', 'text/html', null],
    ['noextension', null, null],
    ['page.html', 'image/png', null],
    ['run.exe', 'application/pdf', null],
    ['double.png.exe', 'image/png', null],
    ['.png', 'application/octet-stream', null],
    ['x.constructor', null, null],
    ['x', '__proto__', null],
  ])('%s declared as %s is %s', (name, declared, type) => {
    expect(attachmentType(name, declared)).toBe(type)
  })
})

describe('a name', () => {
  it('holds no way to anywhere, whatever was sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), fc.constantFrom('', '../', '..\\', '/', '\u0000', '.'), (text, before) => {
        const name = cleanFileName(before + text)
        if (name === null) return
        expect(name).not.toMatch(/[/\\\p{Cc}\p{Cf}]/u)
        expect(name).not.toMatch(/^[.\s]|[.\s]$/)
        expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(255)
        expect(name).not.toBe('')
        // What is served with it is one header, whatever it holds.
        const disposition =
          downloadHeaders({ file_name: name, media_type: 'text/plain', size: 1, sha256: 'x' })['content-disposition'] ?? ''
        expect(disposition).toMatch(/^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\w.~%!-]*$/)
        expect(() => new Headers({ 'content-disposition': disposition })).not.toThrow()
      }),
      { numRuns: 500 },
    )
  })
  it('keeps its extension when it is cut', () => {
    expect(cleanFileName(`${'ü'.repeat(300)}.png`)).toMatch(/^ü+\.png$/)
    expect(attachmentType(cleanFileName(`${'x'.repeat(300)}.pdf`) ?? '', null)).toBe('application/pdf')
  })
})

describe('a download', () => {
  it('is shown in place only when a browser merely draws it', () => {
    for (const extension of allowedExtensions) {
      const type = attachmentType(`x.${extension}`, null) ?? ''
      const headers = downloadHeaders({ file_name: `x.${extension}`, media_type: type, size: 1, sha256: 'x' })
      expect(headers['content-disposition']?.startsWith('inline')).toBe(isThumbnail(type))
      expect(headers['content-security-policy']).toMatch(/^sandbox; default-src 'none'/)
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['content-type']).toMatch(/^(image\/|application\/pdf$|application\/octet-stream$|text\/plain; charset=utf-8$)/)
    }
    expect(isThumbnail('image/svg+xml')).toBe(false)
  })
})
