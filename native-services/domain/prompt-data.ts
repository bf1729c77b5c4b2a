/** How text of others stands in a prompt: between markers that it cannot forge. */

/** Text of others, made unable to close its block, to open one, or to pose as the gateway's own context. Cut to `length` characters. */
export function asData(text: string, length: number): string {
  const shortened = text.length > length ? `${text.slice(0, length).toWellFormed()} […]` : text
  return shortened.replace(/<{3,}/g, (run) => '‹'.repeat(run.length)).replace(/>{3,}/g, (run) => '›'.repeat(run.length))
}

/** Text of others for a header line: no line breaks, no markers. */
export function asLine(text: string, length = 300): string {
  return asData(text.replace(/\s+/g, ' ').trim(), length)
}

/** One block of data; `text` has gone through `asData`. */
export function block(name: string, text: string): string {
  return `<<<DATA ${name}>>>\n${text}\n<<<END ${name}>>>`
}

/** The agent's own command, as it is called in its workspace. */
export function agentCommand(platform: string): string {
  return platform === 'win32' ? '.mission-control\\mc.cmd' : '.mission-control/mc'
}
