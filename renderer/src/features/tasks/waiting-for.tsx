/** What a task waits for, with the seconds until it is tried again. */
import { useEffect, useState } from 'react'
import type { Task } from '../../../../native-services/contract/entities.ts'
import { countdown } from './countdown.ts'

export function WaitingFor({ task }: { task: Pick<Task, 'waiting_for' | 'waiting_until_at'> }) {
  const until = task.waiting_until_at === null ? null : Date.parse(task.waiting_until_at)
  const [now, setNow] = useState(Date.now)
  const counts = until !== null && until > now
  useEffect(() => {
    if (!counts) return undefined
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [counts])
  return <>{countdown(task.waiting_for, until, now)}</>
}
