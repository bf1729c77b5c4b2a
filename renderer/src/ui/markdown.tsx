/** Markdown without raw HTML. Its own chunk: only pages that show a text load the parser. */
import { lazy, Suspense } from 'react'

const Rendered = lazy(async () => ({ default: (await import('./markdown-rendered.tsx')).MarkdownRendered }))

export function Markdown({ text, mentions = [] }: { text: string; mentions?: readonly string[] }) {
  return (
    <Suspense fallback={<div className="markdown">{text}</div>}>
      <Rendered text={text} mentions={mentions} />
    </Suspense>
  )
}
