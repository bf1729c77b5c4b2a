/** Names only, so that the preload bundle carries no schemas. */
export const bridgeCalls = [
  'getLoginItem',
  'setLoginItem',
  'revealDataFolder',
  'openExternal',
  'notify',
  'checkForUpdates',
  'restartServices',
  'quit',
] as const
export type BridgeCall = (typeof bridgeCalls)[number]

export function channelOf(call: BridgeCall): string {
  return `desktop:${call}`
}

export const navigateChannel = 'desktop:navigate'

/** Main tells the preload its version this way: a sandboxed preload can read arguments and little else. */
export const versionArgument = '--mission-control-version='
