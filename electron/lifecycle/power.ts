/** Sleep and wake of the machine, passed to the host: loops pause, and after waking everything is probed at once. */
import type { PowerPort } from '../ports.ts'

export function watchPower(options: {
  powerMonitor: PowerPort
  onPower: (event: 'suspend' | 'resume') => void
  onShutdown: () => void
}): void {
  options.powerMonitor.on('suspend', () => options.onPower('suspend'))
  options.powerMonitor.on('resume', () => options.onPower('resume'))
  // Linux and macOS; Windows tells the window (`session-end`).
  options.powerMonitor.on('shutdown', () => options.onShutdown())
}
