/** Leaving a control center that is the demo: the app starts again, on the data folder of its owner. */

/** Flags of the demo, with whether a value follows. The others (the port, Chromium's own) go along. */
const dropped: Readonly<Record<string, { value: boolean }>> = {
  '--demo': { value: false },
  // The folder of the demo.
  '--data-dir': { value: true },
  // A person asked for it and wants to see it.
  '--hidden': { value: false },
  '--no-open': { value: false },
}

/**
 * @param argv Without the executable.
 * @returns The arguments of the next start; null when that would come to the same folder, because the environment names it.
 */
export function argumentsAfterDemo(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): string[] | null {
  if (env['MISSION_CONTROL_DATA_DIR']?.trim()) return null
  const kept: string[] = []
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? ''
    const flag = dropped[word.split('=', 1)[0] ?? '']
    if (!flag) kept.push(word)
    else if (flag.value && !word.includes('=')) at += 1
  }
  return kept
}
