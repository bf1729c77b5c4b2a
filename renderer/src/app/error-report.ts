/** What a page that failed leaves to be sent: enough to find the fault, nothing that is secret. */

const secrets: readonly RegExp[] = [
  /\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}/gi,
  /\b(?:mc[at]_[\w-]{16,}|sk-[\w-]{16,}|gh[pousr]_\w{20,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*)/g,
  /(?<=(?:token|secret|password|passwd|api[_-]?key|authorization|cookie|code)["']?\s*[:=]\s*["']?)[^\s"',;&}]{6,}/gi,
  /(?<=#\/login\/)[^\s"')]+/g,
  // Whatever else is long and looks drawn by lot; ids have dashes and stay.
  /\b(?=\w*\d)[A-Za-z0-9_]{32,}\b/g,
]

/** The page has no list of secrets to look for, as the services have: whatever looks like one goes. */
export function withoutSecrets(text: string): string {
  return secrets.reduce((rest, pattern) => rest.replace(pattern, '••••'), text)
}

/** @param where The address within the page, `/boards/…`. */
export function errorReport(facts: {
  error: Error
  componentStack: string
  where: string
  version: string
  browser: string
  at: Date
}): string {
  const { error, componentStack, where, version, browser, at } = facts
  return withoutSecrets(
    [
      `Mission Control ${version}, ${at.toISOString()}`,
      `Page: ${where}`,
      `Browser: ${browser}`,
      '',
      error.stack?.includes(error.message) ? error.stack : `${error.name}: ${error.message}\n${error.stack ?? ''}`,
      ...(componentStack.trim() === '' ? [] : ['', 'In:', componentStack.replace(/^\n/, '')]),
    ].join('\n'),
  ).slice(0, 20_000)
}
