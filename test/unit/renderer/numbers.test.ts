import { expect, it } from 'vitest'
import { bytes, compact, figure, memory, milliseconds, percent, plural, usd, whole } from '../../../renderer/src/lib/numbers.ts'

it.each([
  [whole(48_210), '48,210'],
  [compact(48_210), '48.2K'],
  [figure(3.456), '3.46'],
  [plural(1, 'task', 'tasks'), '1 task'],
  [plural(0, 'task', 'tasks'), '0 tasks'],
  [plural(1200, 'task', 'tasks'), '1,200 tasks'],
  [bytes(0), '0 B'],
  [bytes(831), '831 B'],
  [bytes(1_400_000), '1.4 MB'],
  [bytes(82_100_000_000), '82 GB'],
  [memory(412 * 2 ** 20), '412 MB'],
  [memory(1.4 * 2 ** 30), '1.40 GB'],
  [milliseconds(2), '2.0 ms'],
  [milliseconds(676.4), '676 ms'],
  [percent(0.38), '38 %'],
  [percent(0.006), '0.6 %'],
  [usd(0), '$0.00'],
  [usd(0.000111), '$0.00011'],
  [usd(0.5), '$0.50'],
  [usd(12.345), '$12.35'],
])('%s is written %s', (shown, wanted) => expect(shown).toBe(wanted))
