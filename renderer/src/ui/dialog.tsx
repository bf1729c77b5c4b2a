/**
 * The kit's dialog, which also gives the focus back when it is taken away altogether: most dialogs exist only while they are open, and the
 * kit looks after those alone that are hidden.
 */
import { Modal, type ModalProps } from '@mantine/core'
import { useEffect, useState } from 'react'

/** What has the focus now; of an entry of a menu, which is about to go, the button of the menu. */
function focused(): HTMLElement | null {
  const active = document.activeElement
  const label = active?.closest('[role="menu"]')?.getAttribute('aria-labelledby')
  const button = label ? document.getElementById(label) : null
  return button ?? (active instanceof HTMLElement ? active : null)
}

export function Dialog({ opened, ...props }: ModalProps) {
  const [from] = useState(focused)
  useEffect(
    () => () => {
      requestAnimationFrame(() => {
        const active = document.activeElement
        if (active !== null && active !== document.body) return
        const back = from?.isConnected === true ? from : document.getElementById('content')
        back?.focus({ preventScroll: true })
      })
    },
    [from],
  )
  return <Modal opened={opened} {...props} />
}
