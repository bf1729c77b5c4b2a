/** A page that fails takes only itself down. */
import { Button } from '@mantine/core'
import { TriangleAlert } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { Empty } from '../ui/parts.tsx'
import { strings } from './strings.ts'

export class ErrorBoundary extends Component<{ resetKey: string; children: ReactNode }, { error: Error | null }> {
  override state: { error: Error | null } = { error: null }

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) }
  }

  override componentDidUpdate(before: { resetKey: string }) {
    if (before.resetKey !== this.props.resetKey && this.state.error) this.setState({ error: null })
  }

  override render() {
    const { error } = this.state
    if (!error) return this.props.children
    return (
      <div className="page">
        <Empty
          icon={<TriangleAlert size={20} aria-hidden />}
          title={strings.crash.title}
          actions={
            <Button variant="default" onClick={() => this.setState({ error: null })}>
              {strings.crash.retry}
            </Button>
          }
        >
          {strings.crash.body}
        </Empty>
        <pre className="verbatim" style={{ maxWidth: 720, margin: '0 auto' }}>
          {error.message}
        </pre>
      </div>
    )
  }
}
