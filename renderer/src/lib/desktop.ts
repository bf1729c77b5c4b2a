/** What the desktop app adds to the page. In a browser `window.desktop` is absent and these controls do not show. */
import type { DesktopApi, DesktopResult } from '../../../native-services/contract/desktop.ts'

declare global {
  interface Window {
    readonly desktop?: DesktopApi
  }
}

export const desktop: DesktopApi | undefined = typeof window === 'undefined' ? undefined : window.desktop

/** The bridge answers refusals instead of throwing; here they are thrown, so that they are shown like any other. */
export async function wanted<Value>(answer: Promise<DesktopResult<Value>>): Promise<Value> {
  const result = await answer
  if (!result.ok) throw new Error(result.message)
  return result.value
}
