import type { Page } from '../../../native-services/contract/primitives.ts'

/** Reads a list to its end, page by page. */
export async function fetchAll<Item>(
  read: (query: { limit: number; offset: number }) => Promise<Page<Item>>,
  most = 5000,
): Promise<Item[]> {
  const items: Item[] = []
  for (;;) {
    const page = await read({ limit: 200, offset: items.length })
    items.push(...page.items)
    if (page.items.length === 0 || items.length >= page.total || items.length >= most) return items
  }
}
