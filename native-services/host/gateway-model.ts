/** Which model the gateway's agents think with: a provider with a key, or our own scripted model while the demo is there. */
import type { HostCommand } from '../contract/host-link.ts'
import { configureModelProvider, leaveDemoModel, readDefaultModel, readModelProvider } from '../openclaw/configure.ts'
import type { DemoModel } from '../openclaw/demo-model.ts'
import type { Log } from '../platform/log.ts'
import { registerSecret } from '../platform/redact.ts'
import type { HostSettingsFile } from './host-settings.ts'

type Provider = Extract<HostCommand, { action: 'set-model-provider' }>['provider']

export interface GatewayModel {
  /** Before each start of the gateway: a configuration that names the scripted model needs one that answers. */
  prepare(): Promise<void>
  /** Writes the provider into the configuration, which must exist. */
  use(provider: Provider): Promise<void>
  /** The scripted model goes, and what was there before it comes back. */
  putBack(): void
  /** Stops the scripted model, if it runs. Not before the gateway has stopped asking it. */
  stopDemo(): Promise<void>
}

export function createGatewayModel(options: {
  configFile: string
  /** The whole data folder is a demo. */
  demo: boolean
  settings: HostSettingsFile
  log: Log
}): GatewayModel {
  const { configFile, settings, log } = options
  let model: DemoModel | null = null

  async function run(): Promise<DemoModel> {
    if (!model) {
      const { createDemoModel } = await import('../openclaw/demo-model.ts')
      const wanted = settings.get().demo_model_port
      model = await createDemoModel(wanted === null ? {} : { port: wanted }).catch(() => createDemoModel({}))
      settings.update({ demo_model_port: model.port })
      log.info('demo_model.ready', { port: model.port })
    }
    return model
  }

  return {
    async prepare() {
      const { kind } = readModelProvider(configFile)
      if (!options.demo && kind !== 'demo') return
      const { url } = await run()
      if (kind === 'none' || kind === 'demo') configureModelProvider({ file: configFile, provider: { kind: 'demo' }, demoUrl: url })
    },
    async use(provider) {
      if (provider.kind === 'demo') {
        await run()
        // Before the change: a crash between the two leaves the present one as the former.
        if (readModelProvider(configFile).kind !== 'demo') settings.update({ before_demo: { model: readDefaultModel(configFile) } })
      } else {
        registerSecret(provider.api_key)
        settings.update({ before_demo: null })
      }
      configureModelProvider({ file: configFile, provider, demoUrl: model?.url ?? null })
    },
    putBack() {
      leaveDemoModel(configFile, settings.get().before_demo?.model ?? null)
      settings.update({ before_demo: null })
    },
    async stopDemo() {
      const former = model
      model = null
      await former?.stop()
    },
  }
}
