/** Whether the app begins without its window. Never where there is no tray to bring it back, never when it was asked to open something. */
export function startsHidden(state: { asked: boolean; atLogin: boolean; setting: boolean; trayWorks: boolean; opening: boolean }): boolean {
  return (state.asked || state.atLogin || state.setting) && state.trayWorks && !state.opening
}
