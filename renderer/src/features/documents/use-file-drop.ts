/** What a place needs so that files can be dropped on it. */
import { type DragEvent, useState } from 'react'

const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files')

export function useFileDrop(add: (files: FileList) => void) {
  const [over, setOver] = useState(false)
  return {
    over,
    place: {
      'data-over': over ? '' : undefined,
      onDragOver(event: DragEvent) {
        if (!hasFiles(event)) return
        event.preventDefault()
        event.dataTransfer.dropEffect = 'copy'
        setOver(true)
      },
      onDragLeave(event: DragEvent) {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false)
      },
      onDrop(event: DragEvent) {
        if (!hasFiles(event)) return
        event.preventDefault()
        setOver(false)
        add(event.dataTransfer.files)
      },
    },
  }
}
