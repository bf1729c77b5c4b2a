/** A whole host process around the stand-in services host: `node serve-with-stand-in.ts DATA_DIR API_PORT GATEWAY_PORT [demo]`. Prints one JSON line per change. */
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { createForkServices } from '../../native-services/host/fork-services.ts'
import { createHost } from '../../native-services/host/host.ts'
import { productRoot, repositoryOpenclaw } from '../../native-services/host/product.ts'
import { loadConfig } from '../../native-services/platform/config.ts'

const [dataDir = '', port = '0', gatewayPort = '0', demo] = process.argv.slice(2)
const config = loadConfig({
  version: '0.0.0-test',
  resourcesDir: path.join(productRoot(), 'resources'),
  staticDir: null,
  openclawDir: repositoryOpenclaw(),
  flags: { dataDir, port: Number(port), gatewayPort: Number(gatewayPort), demo: demo === 'demo' },
})
const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`)
const host = createHost({
  config,
  program: 'the test',
  forkServices: createForkServices(path.join(path.dirname(fileURLToPath(import.meta.url)), 'services-stand-in.ts')),
  hooks: { onChange: (view) => print({ view }) },
})
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void host.stop().then(() => process.exit(0)))
try {
  await host.start()
  print({ ready: await host.whenReady() })
} catch (error) {
  print({ error: error instanceof Error ? error.message : String(error) })
  await host.stop()
  process.exit(1)
}
