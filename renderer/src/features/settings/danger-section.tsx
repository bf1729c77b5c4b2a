import { Button } from '@mantine/core'
import { changeSettings } from '../../lib/actions.ts'
import { navigate } from '../../lib/hash-location.ts'
import { askOnce } from '../../ui/confirm.tsx'
import { DemoSetting } from '../demo/demo-controls.tsx'
import { Group, Row } from './parts.tsx'
import { strings } from './strings.ts'

const words = strings.danger

export function DangerSection() {
  const reset = async () => {
    await changeSettings({ onboarding_done: false })
    navigate('/welcome')
  }
  return (
    <Group title={strings.sections.danger}>
      <Row label={words.onboarding} hint={words.onboardingHint}>
        <Button
          variant="default"
          onClick={() =>
            askOnce({
              title: words.onboardingTitle,
              body: words.onboardingBody,
              confirmLabel: words.onboardingConfirm,
              onConfirm: () => void reset(),
            })
          }
        >
          {words.onboardingConfirm}
        </Button>
      </Row>
      <DemoSetting />
    </Group>
  )
}
