/** Which lines two texts share. No React, no network. */

export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed'
  readonly text: string
  /** Line number in the text before, from 1; null for an added line. */
  readonly before: number | null
  /** Line number in the text after, from 1; null for a removed line. */
  readonly after: number | null
}

export interface Fold {
  readonly kind: 'fold'
  readonly lines: readonly DiffLine[]
}

/** Above this the middle is shown as replaced whole: comparing it line by line would block the page. */
const maximumCells = 6_000_000

/** For each pair of starts, how many lines the two rests share: longest common subsequence, as one flat table. */
function sharedTable(left: readonly string[], right: readonly string[]): Uint32Array {
  const width = right.length + 1
  const table = new Uint32Array((left.length + 1) * width)
  for (let row = left.length - 1; row >= 0; row -= 1)
    for (let column = right.length - 1; column >= 0; column -= 1)
      table[row * width + column] =
        left[row] === right[column]
          ? (table[(row + 1) * width + column + 1] ?? 0) + 1
          : Math.max(table[(row + 1) * width + column] ?? 0, table[row * width + column + 1] ?? 0)
  return table
}

/** Joining the lines that are not added gives `before` again, joining those that are not removed gives `after`. */
export function diffLines(before: string, after: string): DiffLine[] {
  const left = before.split('\n')
  const right = after.split('\n')
  let head = 0
  while (head < left.length && head < right.length && left[head] === right[head]) head += 1
  let tail = 0
  while (tail < left.length - head && tail < right.length - head && left.at(-1 - tail) === right.at(-1 - tail)) tail += 1

  const lines: DiffLine[] = []
  let row = 0
  let column = 0
  const same = (): void => {
    lines.push({ kind: 'same', text: left[row] ?? '', before: (row += 1), after: (column += 1) })
  }
  const removed = (): void => {
    lines.push({ kind: 'removed', text: left[row] ?? '', before: (row += 1), after: null })
  }
  const added = (): void => {
    lines.push({ kind: 'added', text: right[column] ?? '', before: null, after: (column += 1) })
  }

  while (row < head) same()
  const leftMiddle = left.slice(head, left.length - tail)
  const rightMiddle = right.slice(head, right.length - tail)
  const width = rightMiddle.length + 1
  const table = (leftMiddle.length + 1) * width <= maximumCells ? sharedTable(leftMiddle, rightMiddle) : null
  while (row < left.length - tail || column < right.length - tail) {
    const [i, j] = [row - head, column - head]
    if (i >= leftMiddle.length) added()
    else if (j >= rightMiddle.length) removed()
    else if (table && leftMiddle[i] === rightMiddle[j]) same()
    else if (!table || (table[(i + 1) * width + j] ?? 0) >= (table[i * width + j + 1] ?? 0)) removed()
    else added()
  }
  while (row < left.length) same()
  return lines
}

/** Long stretches without a change become folds; `around` lines stay visible on each side of a change. */
export function foldSame(lines: readonly DiffLine[], around = 3): (DiffLine | Fold)[] {
  const near = new Set<number>()
  lines.forEach((line, index) => {
    if (line.kind === 'same') return
    for (let at = index - around; at <= index + around; at += 1) near.add(at)
  })
  const result: (DiffLine | Fold)[] = []
  let hidden: DiffLine[] = []
  const flush = (): void => {
    // One hidden line is shorter shown.
    if (hidden.length > 1) result.push({ kind: 'fold', lines: hidden })
    else result.push(...hidden)
    hidden = []
  }
  lines.forEach((line, index) => {
    if (!near.has(index)) return hidden.push(line)
    flush()
    result.push(line)
    return undefined
  })
  flush()
  return result
}

export function countChanges(lines: readonly DiffLine[]): { added: number; removed: number } {
  return {
    added: lines.filter((line) => line.kind === 'added').length,
    removed: lines.filter((line) => line.kind === 'removed').length,
  }
}
