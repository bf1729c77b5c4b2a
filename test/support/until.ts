/** Waits for something to become true; fails with what was last seen. A generous limit, because no test asserts on speed. */
export async function until<Value>(
  look: () => Value | Promise<Value>,
  accept: (value: Value) => boolean,
  limitMs = 60_000,
): Promise<Value> {
  const end = Date.now() + limitMs
  for (;;) {
    const value = await look()
    if (accept(value)) return value
    if (Date.now() > end) throw new Error(`waited in vain; last seen: ${JSON.stringify(value, null, 2)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
