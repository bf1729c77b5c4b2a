/** What a person typed into a search of lines, taken apart: the page highlights and the log's index looks for the same words. */

/** `connect "timed out"` → two terms, in lower case. */
export function searchTerms(q: string): string[] {
  const terms = [...q.toLowerCase().matchAll(/"([^"]+)"?|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? '')
  return terms.filter((term) => term !== '' && term !== '"')
}
