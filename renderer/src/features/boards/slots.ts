/**
 * Which element of a virtual column shows which task. A task that stays keeps its element; where others come in the place of
 * those that go, as when a filter is typed, they take their elements over, which costs a fraction of making new ones. Pure.
 */

export interface Slot {
  /** Of the task. */
  readonly id: string
  /** Of the element: React's key. */
  readonly key: number
}

/**
 * The order of the elements in the page stays that of the tasks: an element is handed on only between the same neighbours,
 * so none has to be moved, and a single card that comes or goes never turns another one into itself.
 * @param ids of the tasks to be shown, from top to bottom
 */
export function handOn(before: readonly Slot[], ids: readonly string[]): readonly Slot[] {
  const places = new Map(before.map(({ id }, place) => [id, place]))
  if (ids.length === before.length && ids.every((id, place) => places.get(id) === place)) return before
  const wanted = new Set(ids)
  let fresh = before.reduce((most, { key }) => Math.max(most, key), -1) + 1
  const slots: Slot[] = []
  let passed = 0
  let coming: string[] = []
  const settle = (until: number) => {
    const free = before.slice(passed, until).filter(({ id }) => !wanted.has(id))
    for (const [index, id] of coming.entries()) slots.push({ id, key: free[index]?.key ?? fresh++ })
    coming = []
  }
  for (const id of ids) {
    const place = places.get(id)
    if (place === undefined) coming.push(id)
    else {
      settle(Math.max(passed, place))
      slots.push({ id, key: before[place]?.key ?? fresh++ })
      passed = Math.max(passed, place + 1)
    }
  }
  settle(before.length)
  return slots
}
