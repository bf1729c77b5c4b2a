import { Button } from '@mantine/core'
import type { Job } from '../../../../native-services/contract/entities.ts'
import { remember } from '../../lib/actions.ts'
import { api } from '../../lib/api.ts'
import { attempt } from '../../lib/toast.ts'
import { strings } from './strings.ts'

/** For work that has safe points in between; an installation has none. */
export function CancelJobButton({ job }: { job: Job }) {
  if (job.state !== 'running' || job.kind !== 'template_sync') return null
  const asked = job.step === 'cancelling'
  return (
    <Button
      variant="default"
      size="compact-xs"
      disabled={asked}
      onClick={() =>
        void attempt(() => api.call('cancelJob', { params: { job_id: job.id } }), { failed: strings.cancelFailed }).then(
          (row) => row && remember('job', row),
        )
      }
    >
      {asked ? strings.cancelling : strings.cancel}
    </Button>
  )
}
