/**
 * Markdown without raw HTML. Its own chunk: only pages that show a text load the parser.
 * Of a long text the beginning is shown; all of it is drawn piece by piece when somebody asks for it, so the page never stands still.
 */
import { memo, useEffect, useMemo, useState } from 'react'
import { part } from '../lib/part.tsx'
import { markdownHead, markdownPieces } from './markdown-pieces.ts'
import { words } from './strings.ts'

const Rendered = part(
  async () => (await import('./markdown-rendered.tsx')).MarkdownRendered,
  // Its height is about the one that comes; its signs are not for reading.
  ({ text }) => (
    <div className="markdown markdown-waiting" aria-busy>
      {text}
    </div>
  ),
)

/** Begins to fetch the parser, for pages from which a text is one click away. */
export const preloadMarkdown = Rendered.preload

const noNames: readonly string[] = []

const Piece = memo(function Piece({ text, mentions }: { text: string; mentions: readonly string[] }) {
  return <Rendered text={text} mentions={mentions} />
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
