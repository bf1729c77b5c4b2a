import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { createFileTail } from '../../../native-services/supervision/file-tail.ts'
import { createOutputBuffer, type OutputLine, parseOutputLine } from '../../../native-services/supervision/output-lines.ts'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

test('a JSON line of the gateway gives time, level, part and message', () => {
  const line = '{"time":"2026-11-21T03:39:33.960+00:00","level":"warn","subsystem":"gateway/ws","message":"closed"}'
  expect(parseOutputLine(line, { at: 1, scope: 'gateway' })).toEqual({
    at: Date.parse('2026-11-21T03:39:33.960Z'),
    level: 'warn',
    scope: 'gateway/ws',
    message: 'closed',
  })
})

test('plain text, broken JSON and JSON without a message are kept as they are', () => {
  for (const line of ['hello', '{"time":', '{"a":1}'])
    expect(parseOutputLine(line, { at: 7, scope: 'gateway' })).toMatchObject({ at: 7, scope: 'gateway', message: line })
  expect(parseOutputLine('Gateway start blocked: existing config is missing gateway.mode', { at: 7, scope: 'gateway' }).level).toBe('error')
})

test('lines are put together from chunks, redacted and bounded; the first error and the last twenty are kept', () => {
  const seen: OutputLine[] = []
  const buffer = createOutputBuffer({ scope: 'gateway', now: () => 5, onLine: (line) => seen.push(line) })
  buffer.push('first\nsec')
  buffer.push('ond\r\n{"level":"error","message":"the real cause"}\n{"level":"error","message":"what followed"}\n')
  buffer.push(`Authorization: Bearer abcdefghijklmnop1234\n`)
  buffer.push(`${'x'.repeat(10_000)}\n`)
  expect(seen.map((line) => line.message).slice(0, 3)).toEqual(['first', 'second', 'the real cause'])
  expect(seen[4]?.message).not.toContain('abcdefghijklmnop')
  expect(seen[5]?.message.length).toBeLessThan(4100)
  for (let count = 0; count < 30; count += 1) buffer.push(`line ${count}\n`)
  expect(buffer.lastLines()).toHaveLength(20)
  expect(buffer.lastLines().at(-1)).toBe('line 29')
  expect(buffer.errors()).toEqual(['the real cause', 'what followed'])
  buffer.reset()
  expect(buffer.errors()).toEqual([])
})

test('a child that never ends its line does not fill the memory', () => {
  const seen: OutputLine[] = []
  const buffer = createOutputBuffer({ scope: 'x', now: () => 0, onLine: (line) => seen.push(line) })
  for (let count = 0; count < 100; count += 1) buffer.push('y'.repeat(1000))
  expect(seen.length).toBeGreaterThan(3)
})

test('a tail begins at the present end, follows, and empties a file that has grown too big', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tail-'))
  folders.push(folder)
  const file = path.join(folder, 'console.log')
  writeFileSync(file, 'old\n')
  let text = ''
  const tail = createFileTail({ file, onText: (more) => (text += more), maxBytes: 100 })
  appendFileSync(file, 'new ✓\n')
  tail.flush()
  expect(text).toBe('new ✓\n')
  appendFileSync(file, `${'z'.repeat(200)}\n`)
  tail.flush()
  expect(statSync(file).size).toBe(0)
  appendFileSync(file, 'after\n')
  tail.flush()
  tail.stop()
  expect(text.endsWith('after\n')).toBe(true)
  expect(readFileSync(file, 'utf8')).toBe('after\n')
})
