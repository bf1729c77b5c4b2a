/** Diagnostics and the data folder. */
import type { diagnosticsOperations } from '../../contract/operations-diagnostics.ts'
import { createDataFolderReader } from '../data-folder.ts'
import type { ApiDeps, HandlerGroup } from '../deps.ts'
import { createDiagnostics, type DiagnosticsParts } from '../diagnostics.ts'
import { downloadAnswer } from './backups.ts'

export function diagnosticsHandlers(
  deps: ApiDeps,
  parts: Omit<DiagnosticsParts, 'dataFolder'>,
): HandlerGroup<keyof typeof diagnosticsOperations> {
  const dataFolder = createDataFolderReader({ paths: deps.machine.paths, clock: deps.clock })
  return {
    getDataFolder: () => dataFolder(),
    async exportDiagnostics() {
      const { name, body } = await createDiagnostics(deps, { ...parts, dataFolder })
      return downloadAnswer(name, body)
    },
  }
}
