// Everything that is measured of the page, one after another, with the load of the machine before each. By hand, after `npm run build`, on a machine
// with nothing else to do: `node test/bench/page.bench.ts`, about eleven minutes. `LINES` sets the length of the log (five million take three minutes more).
import { spawnSync } from 'node:child_process'
import { loadavg } from 'node:os'
import path from 'node:path'

const benches: readonly (readonly string[])[] = [
  ['first-page.bench.ts'],
  ['board.bench.ts', '10000'],
  ['board.bench.ts', '10000'],
  ['long-texts.bench.ts', '3'],
  ['logs.bench.ts', process.env['LINES'] ?? '1000000'],
  ['overview-idle.bench.ts', '60', '4', 'dist/renderer'],
  ['overview-idle.bench.ts', '60', '4', 'dist/renderer', '--hidden'],
]

let failed = 0
for (const [file = '', ...rest] of benches) {
  console.log(`\n── ${file} ${rest.join(' ')} · load average ${loadavg()[0]?.toFixed(2)}`)
  const { status } = spawnSync(process.execPath, [path.join(import.meta.dirname, file), ...rest], {
    cwd: path.join(import.meta.dirname, '..', '..'),
    stdio: 'inherit',
  })
  if (status !== 0) failed += 1
}
if (failed > 0) console.error(`${failed} of ${benches.length} ended with an error.`)
process.exitCode = failed > 0 ? 1 : 0
