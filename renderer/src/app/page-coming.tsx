/** In a page's place until its code is here. */
import { PlugZap } from 'lucide-react'
import { useLocation } from 'wouter'
import { useLive } from '../lib/store.ts'
import { Empty, Loading, PageHead } from '../ui/parts.tsx'
import { mainPages } from './pages.ts'
import { strings } from './strings.ts'

export function PageComing() {
  const lost = useLive((state) => state.connection === 'lost')
  const [path] = useLocation()
  if (!lost) return <Loading />
  return (
    <div className="page">
      <PageHead title={mainPages.find(({ href }) => href === path)?.label ?? strings.product} />
      <Empty icon={<PlugZap size={20} aria-hidden />} title={strings.loadFailed}>
        {strings.comesBack}
      </Empty>
    </div>
  )
}
