/** A value of a row that can be changed where it stands. The menu is made when it is opened. */
import { Menu } from '@mantine/core'
import { type ReactNode, useState } from 'react'

export interface RowChoice {
  readonly value: string
  readonly label: string
  readonly icon?: ReactNode
}

export function RowMenu({
  label,
  className = '',
  choices,
  onChoose,
  children,
}: {
  label: string
  className?: string
  choices: () => readonly RowChoice[]
  onChoose: (value: string) => void
  children: ReactNode
}) {
  const [opened, setOpened] = useState(false)
  const button = (
    <button type="button" className={`row-value ${className}`} aria-haspopup="menu" {...(opened ? {} : { onClick: () => setOpened(true) })}>
      <span className="visually-hidden">{label}: </span>
      {children}
    </button>
  )
  if (!opened) return button
  return (
    <Menu opened onChange={setOpened} position="bottom-start" width={180}>
      <Menu.Target>{button}</Menu.Target>
      <Menu.Dropdown>
        {choices().map((choice) => (
          <Menu.Item key={choice.value} leftSection={choice.icon} onClick={() => onChoose(choice.value)}>
            {choice.label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
