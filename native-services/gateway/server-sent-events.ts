/** Reads the `data` of each server-sent event (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export async function* readServerSentEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  let data: string[] = []
  const take = function* (final: boolean): Generator<string> {
    // A lone CR at the very end may be the first half of CRLF: leave it for the next chunk.
    for (;;) {
      const end = rest.search(/\r\n|\n|\r(?!$)/)
      if (end < 0) break
      const line = rest.slice(0, end)
      rest = rest.slice(end + (rest.startsWith('\r\n', end) ? 2 : 1))
      if (line === '') {
        if (data.length > 0) yield data.join('\n')
        data = []
      } else if (line.startsWith('data:')) data.push(line.slice(line[5] === ' ' ? 6 : 5))
    }
    if (final && data.length > 0) yield data.join('\n')
  }
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    yield* take(false)
  }
  rest += decoder.decode()
  yield* take(true)
}
