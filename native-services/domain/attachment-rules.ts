/** Which files may be attached, and what they are called and served as. */

/** Extension → type. The extension decides: what a sender declares is only asked when there is none that is known. */
const types: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
  ico: 'image/x-icon',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  heic: 'image/heic',
  svg: 'image/svg+xml',
  pdf: 'application/pdf',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  txt: 'text/plain',
  csv: 'text/csv',
  json: 'application/json',
  md: 'text/markdown',
}
const extensions: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(types)
    .toReversed()
    .map(([extension, type]) => [type, extension]),
)

export const allowedExtensions = Object.keys(types)

/** Pictures that a browser draws without running anything: these alone are shown in place. */
const drawn = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif', 'image/bmp'])
export const isThumbnail = (mediaType: string): boolean => drawn.has(mediaType)

const nameBytesMax = 255

/**
 * What remains of a name that somebody sent: its last part, without control characters and direction marks, at most 255 bytes.
 * Null when nothing remains. It is a label in any case: no path is ever made of it.
 */
export function cleanFileName(given: string): string | null {
  const last = given.normalize('NFC').split(/[/\\]/).at(-1) ?? ''
  const name = last
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    .replace(/^[\s.]+|[\s.]+$/g, '')
    .trim()
  if (name === '') return null
  const dot = name.lastIndexOf('.')
  const [stem, extension] = dot > 0 && name.length - dot <= 12 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  const bytes = new TextEncoder().encode(stem)
  const room = nameBytesMax - new TextEncoder().encode(extension).length
  if (bytes.length <= room) return name
  // A cut through a character leaves the mark of a broken one behind.
  return new TextDecoder().decode(bytes.slice(0, room)).replace(/\uFFFD+$/, '') + extension
}

/** The type that a file is stored and served with; null when such files are not accepted. */
export function attachmentType(fileName: string, declared: string | null): string | null {
  const dot = fileName.lastIndexOf('.')
  const extension = dot > 0 ? fileName.slice(dot + 1).toLowerCase() : ''
  const byExtension = Object.hasOwn(types, extension) ? types[extension] : undefined
  if (byExtension !== undefined) return byExtension
  // Another extension is what it says; only a name without one may be explained by its sender.
  if (extension !== '') return null
  const type = (declared ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  return Object.hasOwn(extensions, type) ? type : null
}

/** Headers of a download: nothing in it runs, and only plain pictures are shown in place. */
export function downloadHeaders(file: { file_name: string; media_type: string; size: number; sha256: string }): Record<string, string> {
  const { media_type: type } = file
  const known = type.startsWith('image/') || type.startsWith('text/') || type === 'application/pdf'
  const shown = known ? (type.startsWith('text/') ? 'text/plain; charset=utf-8' : type) : 'application/octet-stream'
  const ascii = file.file_name.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(file.file_name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return {
    'content-type': shown,
    'content-length': String(file.size),
    'content-disposition': `${isThumbnail(type) ? 'inline' : 'attachment'}; filename="${ascii}"; filename*=UTF-8''${encoded}`,
    'content-security-policy': "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:",
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    // Content of a hash never changes.
    etag: `"${file.sha256}"`,
    'cache-control': 'private, max-age=31536000, immutable',
  }
}
