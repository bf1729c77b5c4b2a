/** Markdown without raw HTML. Its own chunk: only pages that show a text load the parser. */
import { part } from '../lib/part.tsx'

interface MarkdownProps {
  text: string
  mentions?: readonly string[]
}

export const Markdown = part<MarkdownProps>(
  async () => {
    const { MarkdownRendered } = await import('./markdown-rendered.tsx')
    return ({ text, mentions = [] }) => <MarkdownRendered text={text} mentions={mentions} />
  },
  ({ text }) => <div className="markdown">{text}</div>,
)
