/** Editing an agent's files as a person does it: typing, saving, a conflict, the way back, a template. The gateway is stopped: its folder serves. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtRenderer } from '../../native-services/host/product.ts'
import { accessibilityFindings, launchBrowser, signIn } from '../support/browser.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'
import { until } from '../support/until.ts'

describe.each(['light', 'dark'] as const)('files of an agent in the %s theme', { timeout: 60_000 }, (theme) => {
  let browser: Browser
  let services: TestServices
  let workspace: string
  let agentId: string
  const soul = (): string => readFileSync(path.join(workspace, 'SOUL.md'), 'utf8')

  beforeAll(async () => {
    services = await startServices({ staticDir: builtRenderer() ?? 'dist/renderer' })
    const { max } = await seedBoard(services)
    agentId = max.id
    workspace = max.workspace_path
    const put = (file: string, content: string) =>
      services.call('putAgentFile', { params: { agent_id: agentId, file_name: file }, body: { content, expected_hash: null } })
    await put('AGENTS.md', '# Max\n\n- Answer in German.\n')
    await put('SOUL.md', '# Soul\n\nBe kind.\n')
    browser = await launchBrowser()
  }, 60_000)
  afterAll(async () => {
    await browser?.close()
    await services?.stop()
  }, 30_000)

  it('are edited around our part, saved, compared when somebody else wrote, restored and filled from a template', async () => {
    const { page, open, complaints } = await signIn({ browser, url: services.url, operatorToken: services.operatorToken, theme })
    await open(`/agents/${agentId}?tab=files`)

    // Our part is shown and cannot be typed into.
    await page.getByRole('region', { name: 'Written by Mission Control' }).waitFor()
    await page.getByRole('textbox', { name: 'Text below the part' }).fill('- And briefly.')
    await page.keyboard.press('Control+s')
    await until(
      () => readFileSync(path.join(workspace, 'AGENTS.md'), 'utf8'),
      (text) => /^# Max[^]*begin -->[^]*You are \*\*Max\*\*[^]*end -->\n- And briefly\.$/.test(text),
    )
    expect(await accessibilityFindings(page)).toEqual([])

    await page.getByRole('button', { name: /^SOUL\.md/ }).click()
    const field = page.getByRole('textbox', { name: 'Text of SOUL.md' })
    await field.click()
    await page.keyboard.press('Control+End')
    await page.keyboard.type('Mine')
    await page.keyboard.press('Tab')
    await page.keyboard.type('too')
    expect(await field.inputValue()).toBe('# Soul\n\nBe kind.\nMine  too')
    // A draft survives looking elsewhere.
    await page.getByRole('button', { name: /^USER\.md/ }).click()
    await page.getByRole('button', { name: /^SOUL\.md.*Unsaved/ }).click()
    expect(await field.inputValue()).toContain('Mine  too')

    writeFileSync(path.join(workspace, 'SOUL.md'), '# Soul\n\nTheirs.\n')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'SOUL.md was changed meanwhile' })
    await dialog.getByText('Theirs.').waitFor()
    expect(await accessibilityFindings(page)).toEqual([])
    expect(soul()).toBe('# Soul\n\nTheirs.\n')
    await dialog.getByRole('button', { name: 'Save mine over theirs' }).click()
    await until(soul, (text) => text === '# Soul\n\nBe kind.\nMine  too')

    await page.getByText('History', { exact: true }).click()
    await page.getByRole('button', { name: /^Outside Mission Control/ }).click()
    await page.getByRole('button', { name: 'Restore this version' }).click()
    await until(soul, (text) => text === '# Soul\n\nTheirs.\n')

    await page.getByRole('button', { name: 'Use a template…' }).click()
    const template = page.getByRole('dialog', { name: 'Start from a template' })
    await template.getByRole('button', { name: 'Write 3 files' }).click()
    await template.waitFor({ state: 'detached' })
    expect(readFileSync(path.join(workspace, 'IDENTITY.md'), 'utf8')).toContain('- Name: Max')
    expect(soul()).toBe('# Soul\n\nTheirs.\n')
    // The refused save is a 409, which the browser mentions on its own.
    expect(complaints.filter((line) => !line.includes('409 (Conflict)'))).toEqual([])
  })
})
