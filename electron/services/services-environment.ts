/** Variables that change how Node or Electron start; a child must not inherit them by accident. */
const dangerous = /^(ELECTRON_|NODE_OPTIONS$|NODE_REPL_|NODE_V8_COVERAGE$|VSCODE_)/

/** The environment of the services host: ours, without what would alter its runtime. */
export function servicesEnvironment(parent: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const environment: Record<string, string> = {}
  for (const [name, value] of Object.entries(parent)) if (value !== undefined && !dangerous.test(name)) environment[name] = value
  return environment
}
