import { type ReactNode, Children } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { desktop } from '../lib/desktop.ts'
import { words } from './strings.ts'

const plugins = [remarkGfm]

/** Marks `@Name` of known agents; the longest name wins. */
function highlighter(names: readonly string[]) {
  if (names.length === 0) return (children: ReactNode) => children
  const escaped = names.toSorted((a, b) => b.length - a.length).map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  const pattern = new RegExp(`(@(?:${escaped.join('|')}))(?![\\w-])`, 'gi')
  return (children: ReactNode) =>
    Children.map(children, (child) => {
      if (typeof child !== 'string') return child
      const parts = child.split(pattern)
      return parts.map((part, index) =>
        index % 2 === 1 ? (
          <span key={index} className="mention">
            {part}
          </span>
        ) : (
          part
        ),
      )
    })
}

export function MarkdownRendered({ text, mentions }: { text: string; mentions: readonly string[] }) {
  const mark = highlighter(mentions)
  const components: Components = {
    // The page has its own first heading.
    h1: ({ children }) => <h2>{children}</h2>,
    p: ({ children }) => <p>{mark(children)}</p>,
    li: ({ children }) => <li>{mark(children)}</li>,
    a: ({ href, children }) => (
      <a
        href={href}
        target="_blank"
        rel="noreferrer noopener"
        onClick={(event) => {
          if (!href || !desktop) return
          event.preventDefault()
          void desktop.openExternal(href)
        }}
      >
        {children}
      </a>
    ),
    // Pictures from elsewhere would tell their server that the thread was read; the page's policy refuses them anyway.
    img: ({ alt, src }) => <a href={typeof src === 'string' ? src : undefined}>{alt || words.image}</a>,
  }
  return (
    <div className="markdown">
      <ReactMarkdown remarkPlugins={plugins} components={components}>
        {text}
      </ReactMarkdown>
    </div>
  )
}
