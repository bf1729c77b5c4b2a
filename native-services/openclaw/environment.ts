/**
 * The environment of the gateway. It is inherited by every command that an agent runs, so nothing secret goes in, and nothing of
 * ours that would confuse a Node that is not ours. The variables are those of OpenClaw's "Embedding the gateway" page.
 */
const dropped = /^(ELECTRON_|OPENCLAW_|MISSION_CONTROL_|NODE_OPTIONS$|NODE_COMPILE_CACHE$|NODE_CHANNEL_|NODE_ENV$|VITEST|npm_|INIT_CWD$)/

export function gatewayEnvironment(options: {
  configFile: string
  stateDir: string
  nodePath: string
  env?: Readonly<Record<string, string | undefined>>
}): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(options.env ?? process.env))
    if (value !== undefined && !dropped.test(name)) result[name] = value
  return {
    ...result,
    OPENCLAW_STATE_DIR: options.stateDir,
    OPENCLAW_CONFIG_PATH: options.configFile,
    // We start, stop and update it; it does neither by itself.
    OPENCLAW_SUPERVISOR_MODE: 'external',
    OPENCLAW_SERVICE_REPAIR_POLICY: 'external',
    // A restart that it does itself keeps its process id.
    OPENCLAW_NO_RESPAWN: '1',
    OPENCLAW_DISABLE_BONJOUR: '1',
    OPENCLAW_EXEC_SHELL_SNAPSHOT: '0',
    OPENCLAW_SKIP_CHANNELS: '1',
    OPENCLAW_OFFLINE: '1',
    OPENCLAW_NO_AUTO_UPDATE: '1',
    NO_COLOR: '1',
  }
}
