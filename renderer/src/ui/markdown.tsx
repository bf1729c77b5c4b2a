/**
 * Markdown without raw HTML. Its own chunk: only pages that show a text load the parser.
 * Of a long text the beginning is shown; all of it is drawn piece by piece when somebody asks for it, so the page never stands still.
 */
import { lazy, memo, Suspense, useEffect, useMemo, useState } from 'react'
import { markdownHead, markdownPieces } from './markdown-pieces.ts'
import { words } from './strings.ts'

const Rendered = lazy(async () => ({ default: (await import('./markdown-rendered.tsx')).MarkdownRendered }))

const noNames: readonly string[] = []

const Piece = memo(function Piece({ text, mentions }: { text: string; mentions: readonly string[] }) {
  return (
    <Suspense fallback={<div className="markdown">{text}</div>}>
      <Rendered text={text} mentions={mentions} />
    </Suspense>
  )
})

/** One piece in each turn of the page, so that clicks and keys come in between. */
function Pieces({ text, mentions }: { text: string; mentions: readonly string[] }) {
  const pieces = useMemo(() => markdownPieces(text), [text])
  const [shown, setShown] = useState(1)
  const more = shown < pieces.length
  useEffect(() => {
    if (!more) return
    const timer = setTimeout(() => setShown((before) => before + 1), 16)
    return () => clearTimeout(timer)
  }, [more, shown])
  return (
    <div className="markdown-pieces" aria-busy={more}>
      {pieces.slice(0, shown).map((piece, index) => (
        <Piece key={index} text={piece} mentions={mentions} />
      ))}
    </div>
  )
}

export function Markdown({ text, mentions = noNames }: { text: string; mentions?: readonly string[] }) {
  const [whole, setWhole] = useState(false)
  const { head, cut } = useMemo(() => markdownHead(text), [text])
  if (!cut) return <Piece text={text} mentions={mentions} />
  if (whole) return <Pieces text={text} mentions={mentions} />
  return (
    <>
      <Piece text={head} mentions={mentions} />
      <button type="button" className="link markdown-more" onClick={() => setWhole(true)}>
        {words.showAll(text.length)}
      </button>
    </>
  )
}
