import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { workspaceFacts } from '../../../native-services/api/doctor-facts.ts'
import { commandName } from '../../../native-services/lifecycle/workspace-files.ts'
import type { AgentRow } from '../../../native-services/store/agents.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'mc-workspace-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('finds the command where provisioning puts it', async () => {
  const agent = { id: 'a', name: 'Ada', token_hash: 'x', status: 'online', workspace_path: folder } as unknown as AgentRow
  const problem = async () => (await workspaceFacts([agent]))[0]?.problem
  expect(await problem()).toBe('mc_missing')
  const command = path.join(folder, commandName())
  mkdirSync(path.dirname(command))
  writeFileSync(command, '#!/bin/sh\n')
  chmodSync(command, 0o600)
  if (process.platform !== 'win32') expect(await problem()).toBe('mc_not_executable')
  chmodSync(command, 0o700)
  expect(await problem()).toBe('none')
})
