/** What was deleted on a page comes back with one press of Undo. */
import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessibilityFindings, launchBrowser, type SignedInPage, signIn } from '../support/browser.ts'
import { startServices, type TestServices } from '../support/services.ts'

const staticDir = process.env['MC_RENDERER_DIR'] ?? path.join(import.meta.dirname, '..', '..', 'dist', 'renderer')

let services: TestServices
let browser: Browser
let signedIn: SignedInPage
let page: Page

beforeAll(async () => {
  if (!existsSync(path.join(staticDir, 'index.html'))) throw new Error(`Build the renderer first: ${staticDir} is empty.`)
  services = await startServices({ staticDir })
  browser = await launchBrowser()
  signedIn = await signIn({ browser, url: services.url, operatorToken: services.operatorToken })
  page = signedIn.page
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await services?.stop()
})

const takeBack = async (said: string) => {
  const toast = page.getByRole('alert').filter({ hasText: said })
  await toast.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('Taken back').first().waitFor()
}

it('a board, a tag and a webhook', async () => {
  const board = await services.call('createBoard', { body: { name: 'Precious' } })
  await services.call('createTask', { params: { board_id: board.id }, body: { title: 'Keep me' } })
  await services.call('createTag', { body: { name: 'Red' } })
  await services.call('createWebhook', { params: { board_id: board.id }, body: { description: 'Builds' } })

  await signedIn.open(`/boards/${board.id}`)
  await page.getByRole('button', { name: 'Board actions' }).click()
  await page.getByRole('menuitem', { name: 'Delete the board' }).click()
  await page.getByText('1 task goes with it').waitFor()
  expect(await accessibilityFindings(page)).toEqual([])
  await page.getByRole('button', { name: 'Delete the board' }).click()
  await takeBack('Deleted Precious')
  await signedIn.open(`/boards/${board.id}`)
  await page.getByText('Keep me').first().waitFor()

  await signedIn.open('/planning?tab=tags')
  await page.getByRole('button', { name: 'Delete Red' }).click()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await takeBack('Deleted Red')
  await page.getByRole('button', { name: 'Delete Red' }).waitFor()

  await signedIn.open(`/boards/${board.id}?settings=webhooks`)
  await page.getByRole('button', { name: 'Delete Builds' }).click()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await takeBack('Deleted Builds')
  await expect.poll(async () => (await services.call('listWebhooks', { params: { board_id: board.id } })).total).toBe(1)
  expect(signedIn.complaints.filter((line) => !/status of 404/.test(line))).toEqual([])
}, 90_000)
