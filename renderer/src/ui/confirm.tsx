/** One question before something is lost. It names what is lost and asks once. */
import { Button, Group, Modal } from '@mantine/core'
import type { ReactNode } from 'react'
import { create } from 'zustand'
import { words } from './strings.ts'

interface Question {
  title: string
  body: ReactNode
  confirmLabel: string
  onConfirm: () => void
}

const useQuestion = create<{ question: Question | null; open: boolean }>(() => ({ question: null, open: false }))

/** A question may be asked from within a dialog (200), and must not lie behind it; lists that drop down are at 300. */
const aboveDialogs = 250

export function askOnce(question: Question): void {
  useQuestion.setState({ question, open: true })
}

export function ConfirmHost() {
  const { question, open } = useQuestion()
  const close = () => useQuestion.setState({ open: false })
  return (
    <Modal opened={open} onClose={close} title={question?.title} size={430} zIndex={aboveDialogs}>
      <div className="muted">{question?.body}</div>
      <Group justify="flex-end" gap={8} mt={16}>
        <Button variant="default" onClick={close}>
          {words.cancel}
        </Button>
        <Button
          color="red"
          data-autofocus
          onClick={() => {
            close()
            question?.onConfirm()
          }}
        >
          {question?.confirmLabel}
        </Button>
      </Group>
    </Modal>
  )
}
