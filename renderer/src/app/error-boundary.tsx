/** A page that fails takes only itself down. */
import { Button } from '@mantine/core'
import { TriangleAlert } from 'lucide-react'
import { Component, type ErrorInfo, type ReactNode, useState } from 'react'
import { useLive } from '../lib/store.ts'
import { Empty, PageHead } from '../ui/parts.tsx'
import { errorReport } from './error-report.ts'
import { strings } from './strings.ts'

interface Failure {
  readonly error: Error
  readonly componentStack: string
  readonly at: Date
}

function Failed({ failure: { error, componentStack, at }, onRetry }: { failure: Failure; onRetry: () => void }) {
  const version = useLive((state) => state.version) ?? ''
  const [copied, setCopied] = useState(false)
  const report = errorReport({
    error,
    componentStack,
    at,
    where: window.location.hash.replace(/^#/, ''),
    version,
    browser: navigator.userAgent,
  })
  return (
    <div className="page" role="alert">
      <PageHead title={strings.crash.heading} />
      <Empty
        icon={<TriangleAlert size={20} aria-hidden />}
        title={strings.crash.title}
        actions={
          <>
            <Button onClick={onRetry}>{strings.crash.retry}</Button>
            <Button variant="default" onClick={() => void navigator.clipboard.writeText(report).then(() => setCopied(true))}>
              {copied ? strings.crash.copied : strings.crash.copy}
            </Button>
          </>
        }
      >
        {strings.crash.body}
      </Empty>
      <pre className="verbatim crash-report" tabIndex={0} aria-label={strings.crash.report}>
        {report}
      </pre>
    </div>
  )
}

export class ErrorBoundary extends Component<{ resetKey: string; children: ReactNode }, { failure: Failure | null }> {
  override state: { failure: Failure | null } = { failure: null }

  static getDerivedStateFromError(error: unknown) {
    return { failure: { error: error instanceof Error ? error : new Error(String(error)), componentStack: '', at: new Date() } }
  }

  override componentDidCatch(_error: unknown, { componentStack }: ErrorInfo) {
    this.setState(({ failure }) => ({ failure: failure && { ...failure, componentStack: componentStack ?? '' } }))
  }

  override componentDidUpdate(before: { resetKey: string }) {
    if (before.resetKey !== this.props.resetKey && this.state.failure) this.setState({ failure: null })
  }

  override render() {
    const { failure } = this.state
    return failure ? <Failed failure={failure} onRetry={() => this.setState({ failure: null })} /> : this.props.children
  }
}
