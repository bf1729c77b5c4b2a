/**
 * The desktop contract as main enforces it: what each call takes and answers. The page sees it as `window.desktop`
 * (`native-services/contract/desktop.ts`); everything else goes through the HTTP API, in the desktop as in a browser.
 */
import { z } from 'zod'
import type { DesktopErrorCode, DesktopResult, LoginItemState, UpdateState } from '../native-services/contract/desktop.ts'
import { type BridgeCall, bridgeCalls, channelOf } from './bridge-channels.ts'
import type { IpcEventLike, IpcMainPort } from './ports.ts'

export const bridgeInputs = {
  getLoginItem: z.undefined(),
  setLoginItem: z.boolean(),
  revealDataFolder: z.undefined(),
  openExternal: z.string().max(8192),
  notify: z.strictObject({ title: z.string().min(1).max(200), body: z.string().max(1000), link: z.string().max(2000) }),
  checkForUpdates: z.undefined(),
  restartServices: z.undefined(),
  quit: z.undefined(),
} as const satisfies Record<BridgeCall, z.ZodType>

export interface BridgeOutputs {
  getLoginItem: LoginItemState
  setLoginItem: LoginItemState
  revealDataFolder: null
  openExternal: null
  notify: null
  checkForUpdates: UpdateState
  restartServices: null
  quit: null
}

/** A missing or misspelt handler does not compile. */
export type BridgeHandlers = {
  [Call in BridgeCall]: (input: z.output<(typeof bridgeInputs)[Call]>) => Promise<BridgeOutputs[Call]> | BridgeOutputs[Call]
}

/** Thrown by a handler that refuses: its message reaches the person. */
export class BridgeError extends Error {
  readonly code: DesktopErrorCode

  constructor(code: DesktopErrorCode, message: string) {
    super(message)
    this.name = 'BridgeError'
    this.code = code
  }
}

/**
 * The only place where IPC is registered: sender, then schema, then handler. Answers are values, never rejections, because
 * Electron keeps nothing of an error but its message.
 * @returns How to remove the handlers.
 */
export function registerBridge(options: {
  ipcMain: IpcMainPort
  isTrusted: (event: IpcEventLike) => boolean
  handlers: BridgeHandlers
  onRefused: (call: BridgeCall, why: string) => void
  onError: (call: BridgeCall, error: unknown) => void
}): () => void {
  function register<Call extends BridgeCall>(call: Call): void {
    const schema: z.ZodType<z.output<(typeof bridgeInputs)[Call]>> = bridgeInputs[call] as never
    options.ipcMain.handle(channelOf(call), async (event, ...args): Promise<DesktopResult<BridgeOutputs[Call]>> => {
      if (!options.isTrusted(event)) {
        options.onRefused(call, 'sender')
        return { ok: false, code: 'forbidden', message: 'This page may not use the desktop.' }
      }
      const input = schema.safeParse(args[0])
      if (!input.success || args.length > 1) {
        options.onRefused(call, 'input')
        const issue = input.error?.issues[0]
        return {
          ok: false,
          code: 'invalid_request',
          message: issue ? `${[call, ...issue.path].join('.')}: ${issue.message}` : `${call}: one argument at most.`,
        }
      }
      try {
        return { ok: true, value: await options.handlers[call](input.data) }
      } catch (error) {
        if (error instanceof BridgeError) return { ok: false, code: error.code, message: error.message }
        options.onError(call, error)
        return { ok: false, code: 'internal', message: 'The desktop app could not do that. Its log says why.' }
      }
    })
  }
  for (const call of bridgeCalls) register(call)
  return () => {
    for (const call of bridgeCalls) options.ipcMain.removeHandler(channelOf(call))
  }
}
