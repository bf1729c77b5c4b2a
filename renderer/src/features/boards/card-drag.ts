/**
 * Carrying a card with mouse, pen or finger. One set of listeners for the whole board, whatever number of cards it has:
 * a card that is drawn costs nothing here, and one that is scrolled out of a virtual column while it is carried is not lost.
 */
import type { TaskStatus } from '../../../../native-services/contract/states.ts'

export interface Place {
  readonly status: TaskStatus
  /** Among the cards of the column without the carried one. */
  readonly index: number
}

export interface DragEvents {
  /** Returns how many cards go along; they are shown as a number on the carried one. */
  onStart(id: string): number
  onPlace(place: Place): void
  onDrop(): void
  onCancel(): void
  /** Where the carried card stands in this column now; -1 when it is elsewhere. */
  indexIn(id: string, status: TaskStatus): number
}

/** A finger that rests this long picks up; one that moves before scrolls. */
export const longPressMs = 250
const mouseSlop = 5
const fingerSlop = 10
/** From how far off an edge scrolling begins, and how fast it gets, in px per frame. */
const edge = 52
const fastest = 18

/** Speed at a place in an interval: negative near its start, positive near its end, 0 between. */
export function edgeSpeed(at: number, start: number, end: number): number {
  const reach = Math.min(edge, (end - start) / 3)
  if (at < start + reach) return -Math.ceil(Math.min(1, (start + reach - at) / reach) * fastest)
  if (at > end - reach) return Math.ceil(Math.min(1, (at - end + reach) / reach) * fastest)
  return 0
}

/** The column under the pointer, or the nearest when it is beside all of them. */
function columnAt(root: HTMLElement, x: number): HTMLElement | null {
  let best: HTMLElement | null = null
  let least = Infinity
  for (const column of root.querySelectorAll<HTMLElement>('[data-column]')) {
    const rect = column.getBoundingClientRect()
    const away = x < rect.left ? rect.left - x : x > rect.right ? x - rect.right : 0
    if (away < least) {
      least = away
      best = column
    }
  }
  return best
}

function placeIn(column: HTMLElement, y: number, id: string, own: number): Place {
  const status = column.dataset['column'] as TaskStatus
  let index = 0
  for (const card of column.querySelectorAll<HTMLElement>('[data-card]')) {
    if (card.dataset['card'] === id) continue
    const box = card.getBoundingClientRect()
    const at = Number(card.dataset['index'])
    const among = own !== -1 && at > own ? at - 1 : at
    if (y < box.top + box.height / 2) return { status, index: among }
    index = among + 1
  }
  return { status, index }
}

function lift(card: HTMLElement, count: number): HTMLElement {
  const box = card.getBoundingClientRect()
  const overlay = document.createElement('div')
  overlay.className = 'drag-overlay'
  overlay.setAttribute('aria-hidden', 'true')
  overlay.style.width = `${box.width}px`
  const copy = card.cloneNode(true) as HTMLElement
  for (const name of ['data-card', 'data-index', 'data-dragging', 'style']) copy.removeAttribute(name)
  for (const link of copy.querySelectorAll('a, button, input')) link.setAttribute('tabindex', '-1')
  for (const marked of copy.querySelectorAll('[data-card-link], [data-row]')) {
    marked.removeAttribute('data-card-link')
    marked.removeAttribute('data-row')
  }
  overlay.append(copy)
  if (count > 1) {
    const badge = document.createElement('span')
    badge.className = 'drag-count num'
    badge.textContent = String(count)
    overlay.append(badge)
  }
  document.body.append(overlay)
  return overlay
}

interface Pending {
  readonly card: HTMLElement
  readonly target: Element
  readonly id: string
  readonly pointer: number
  readonly finger: boolean
  readonly x: number
  readonly y: number
  timer?: ReturnType<typeof setTimeout>
}

interface Carrying {
  readonly id: string
  readonly overlay: HTMLElement
  /** From the card's corner to the pointer. */
  readonly dx: number
  readonly dy: number
  x: number
  y: number
  frame: number
}

/** Listens on the board until it is told to stop. */
export function createCardDrag(root: HTMLElement, events: DragEvents): { stop: () => void } {
  let pending: Pending | null = null
  let carrying: Carrying | null = null
  const swallow = (event: Event) => {
    if (carrying && event.cancelable) event.preventDefault()
  }

  const settle = () => {
    if (!carrying) return
    const column = columnAt(root, carrying.x)
    if (!column) return
    const own = events.indexIn(carrying.id, column.dataset['column'] as TaskStatus)
    events.onPlace(placeIn(column, carrying.y, carrying.id, own))
  }

  const tick = () => {
    if (!carrying) return
    const { x, y } = carrying
    const board = root.getBoundingClientRect()
    const sideways = edgeSpeed(x, board.left, board.right)
    if (sideways !== 0) root.scrollLeft += sideways
    const scroller = columnAt(root, x)?.querySelector<HTMLElement>('.column-cards')
    const rect = scroller?.getBoundingClientRect()
    const upright = rect ? edgeSpeed(y, rect.top, rect.bottom) : 0
    if (scroller && upright !== 0) scroller.scrollTop += upright
    if (sideways !== 0 || upright !== 0) settle()
    carrying.frame = requestAnimationFrame(tick)
  }

  const show = () => {
    if (carrying) carrying.overlay.style.transform = `translate(${carrying.x - carrying.dx}px, ${carrying.y - carrying.dy}px)`
  }

  const forget = () => {
    if (!pending) return
    clearTimeout(pending.timer)
    pending.target.removeEventListener('touchmove', swallow)
    pending = null
  }

  const begin = (x: number, y: number) => {
    if (!pending || carrying) return
    const { card, id, pointer } = pending
    const box = card.getBoundingClientRect()
    const count = events.onStart(id)
    carrying = { id, overlay: lift(card, count), dx: pending.x - box.left, dy: pending.y - box.top, x, y, frame: 0 }
    root.dataset['dragging'] = ''
    document.documentElement.dataset['carrying'] = ''
    // The pointer stays ours when the card that it pressed is scrolled away.
    if (root.isConnected) root.setPointerCapture(pointer)
    show()
    settle()
    carrying.frame = requestAnimationFrame(tick)
  }

  const end = (outcome: 'drop' | 'cancel') => {
    forget()
    if (!carrying) return
    cancelAnimationFrame(carrying.frame)
    carrying.overlay.remove()
    carrying = null
    delete root.dataset['dragging']
    delete document.documentElement.dataset['carrying']
    // Letting go over a link is not a click on it.
    const noClick = (event: Event) => {
      event.preventDefault()
      event.stopPropagation()
    }
    window.addEventListener('click', noClick, { capture: true, once: true })
    setTimeout(() => window.removeEventListener('click', noClick, { capture: true }), 60)
    if (outcome === 'drop') events.onDrop()
    else events.onCancel()
  }

  const onDown = (event: PointerEvent) => {
    const target = event.target
    if (pending || event.button !== 0 || !event.isPrimary || !(target instanceof Element)) return
    const card = target.closest<HTMLElement>('[data-card]')
    if (!card || target.closest('[data-no-drag]') !== null) return
    const { clientX: x, clientY: y } = event
    const finger = event.pointerType === 'touch'
    pending = { card, target, id: card.dataset['card'] ?? '', pointer: event.pointerId, finger, x, y }
    if (!finger) return
    pending.timer = setTimeout(() => begin(x, y), longPressMs)
    // Touch events go to what was touched first, even after it left the page; only they can keep the page from scrolling.
    target.addEventListener('touchmove', swallow, { passive: false })
  }
  const onMove = (event: PointerEvent) => {
    if (!pending || event.pointerId !== pending.pointer) return
    const { clientX: x, clientY: y } = event
    if (carrying) {
      carrying.x = x
      carrying.y = y
      show()
      settle()
      return
    }
    const moved = Math.hypot(x - pending.x, y - pending.y)
    if (pending.finger) {
      if (moved > fingerSlop) forget()
    } else if (moved > mouseSlop) begin(x, y)
  }
  const onUp = (event: PointerEvent) => {
    if (pending && event.pointerId === pending.pointer) end('drop')
  }
  const onCancel = (event: PointerEvent) => {
    if (pending && event.pointerId === pending.pointer) end('cancel')
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !carrying) return
    event.preventDefault()
    event.stopPropagation()
    end('cancel')
  }
  const onMenu = (event: Event) => {
    if (carrying || pending?.finger) event.preventDefault()
  }

  root.addEventListener('pointerdown', onDown)
  root.addEventListener('contextmenu', onMenu)
  window.addEventListener('pointermove', onMove)
  window.addEventListener('pointerup', onUp)
  window.addEventListener('pointercancel', onCancel)
  window.addEventListener('keydown', onKey, { capture: true })
  return {
    stop() {
      end('cancel')
      root.removeEventListener('pointerdown', onDown)
      root.removeEventListener('contextmenu', onMenu)
      window.removeEventListener('pointermove', onMove)
      window.removeEventListener('pointerup', onUp)
      window.removeEventListener('pointercancel', onCancel)
      window.removeEventListener('keydown', onKey, { capture: true })
    },
  }
}
