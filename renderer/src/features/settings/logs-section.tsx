import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import type { ResponseOf } from '../../../../native-services/contract/operations.ts'
import { api } from '../../lib/api.ts'
import { bytes } from '../../lib/numbers.ts'
import { useLive } from '../../lib/store.ts'
import { Group, Row } from './parts.tsx'
import { strings } from './strings.ts'

export function LogsSection() {
  const connection = useLive((state) => state.connection)
  const [stats, setStats] = useState<ResponseOf<'getLogStats'> | null>(null)
  useEffect(() => {
    if (connection !== 'live') return
    api.call('getLogStats').then(setStats, () => undefined)
  }, [connection])
  return (
    <Group title={strings.sections.logs}>
      <Row
        label={strings.logs.kept}
        hint={stats ? strings.logs.size(stats.lines, bytes(stats.bytes), bytes(stats.max_bytes)) : strings.logs.hint}
      >
        <Button variant="default" component={Link} href="/logs">
          {strings.logs.open}
        </Button>
      </Row>
    </Group>
  )
}
