import { PlugZap } from 'lucide-react'
import { Link } from 'wouter'
import { Empty } from '../../ui/parts.tsx'
import { strings } from './strings.ts'

/** @param detail The reason, as the services gave it. */
export function GatewayDown({ detail }: { detail: string }) {
  return (
    <Empty
      icon={<PlugZap size={20} aria-hidden />}
      title={strings.down}
      actions={
        <Link className="link" href="/gateway" title={detail}>
          {strings.gateway}
        </Link>
      }
    >
      {strings.downBody}
    </Empty>
  )
}
