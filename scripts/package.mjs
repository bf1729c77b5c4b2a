// `npm run package -- [electron-builder options]`: builds, then packs for this system, e.g. `npm run package -- --dir`.
import { build } from './build.mjs'
import { binOf, nodeBinary, run } from './lib/process.mjs'

await build({ force: true })
const { code } = await run(
  nodeBinary(),
  [binOf('electron-builder'), '--config', 'electron-builder.yml', '--publish', 'never', ...process.argv.slice(2)],
  {
    stdio: 'inherit',
  },
)
process.exitCode = code
