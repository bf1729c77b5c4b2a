/** When a document gets a new version, and when a change comes too late. */
import { AppError } from '../contract/errors.ts'

/** Line ends are not a change: `\r\n` of a Windows editor becomes `\n`. */
export const tidy = (content: string): string => content.replaceAll('\r\n', '\n')

/**
 * The content to write, undefined when it stays. Throws `conflict` with the present version when the change was made from another one;
 * writing what stands there already is never too late.
 */
export function nextContent(
  now: { content: string; version: number; edited_by_name: string },
  change: { content?: string | undefined; base_version?: number | undefined },
): string | undefined {
  const content = change.content === undefined ? undefined : tidy(change.content)
  if (content === now.content) return undefined
  if (content !== undefined && change.base_version !== undefined && change.base_version !== now.version)
    throw new AppError(
      'conflict',
      `${now.edited_by_name} changed the document meanwhile: it is at version ${now.version}, yours was made from ${change.base_version}. Look at it, then save again.`,
      { field: 'body.base_version', data: { current_version: now.version } },
    )
  return content
}
