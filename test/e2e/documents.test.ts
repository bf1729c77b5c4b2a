/** Documents and files in a real browser, on real services without a gateway: what was typed survives, two writers do not overwrite each other. */
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessibilityFindings, launchBrowser, type SignedInPage, signIn } from '../support/browser.ts'
import { seedBoard, startServices, type TestServices } from '../support/services.ts'

const staticDir = process.env['MC_RENDERER_DIR'] ?? path.join(import.meta.dirname, '..', '..', 'dist', 'renderer')
const pictures = process.env['MC_PICTURES_DIR']

let services: TestServices
let browser: Browser
let signedIn: SignedInPage
let page: Page
let board: string
let task: string
let worker: string

beforeAll(async () => {
  if (!existsSync(path.join(staticDir, 'index.html'))) throw new Error(`Build the renderer first: ${staticDir} is empty.`)
  services = await startServices({ staticDir })
  const seeded = await seedBoard(services)
  board = seeded.board.id
  worker = seeded.max.token
  task = (await services.call('createTask', { params: { board_id: board }, body: { title: 'Write the launch plan' } })).id
  browser = await launchBrowser()
  signedIn = await signIn({ browser, url: services.url, operatorToken: services.operatorToken })
  page = signedIn.page
}, 60_000)
afterAll(async () => {
  await browser?.close()
  await services?.stop()
})

async function picture(name: string): Promise<void> {
  if (!pictures) return
  mkdirSync(pictures, { recursive: true })
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    for (const width of [1440, 900]) {
      await page.setViewportSize({ width, height: 860 })
      await page.waitForTimeout(150)
      await page.screenshot({ path: path.join(pictures, `${name}-${theme}-${width}.png`) })
    }
  }
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1440, height: 900 })
  // Colours change softly; what looks at contrast must not come in between.
  await page.waitForTimeout(500)
}
const openTab = async () => {
  await signedIn.open(`/boards/${board}/tasks/${task}`)
  await page.getByRole('tab', { name: 'Documents' }).click()
}
const source = () => page.getByRole('textbox', { name: 'Content, Markdown' })

it('writes a document beside its preview; the draft survives a reload and a restart of the services', async () => {
  await openTab()
  await page.getByRole('button', { name: 'New document' }).click()
  await page.getByRole('textbox', { name: 'Title of the document' }).fill('Launch plan')
  await source().fill('# Goals\n\n- one\n- **two**\n\n<script>window.hurt = true</script>\n\n| who | what |\n|---|---|\n| Ada | leads |\n')
  const preview = page.getByRole('region', { name: 'Preview' })
  await preview.getByRole('heading', { name: 'Goals' }).waitFor()
  expect(await preview.getByRole('table').count()).toBe(1)
  expect(await page.evaluate(() => 'hurt' in window)).toBe(false)
  await picture('editor')
  expect(await accessibilityFindings(page)).toEqual([])

  await services.restart()
  await page.getByRole('status', { name: /^Live/ }).waitFor({ timeout: 20_000 })
  expect(await source().inputValue()).toContain('- **two**')
  await page.reload()
  await page.getByRole('tab', { name: 'Documents' }).click()
  await page.getByRole('button', { name: 'New document' }).click()
  expect(await source().inputValue()).toContain('- **two**')
  await page.getByRole('button', { name: 'Create' }).click()
  await page.getByRole('radio', { name: 'Read' }).waitFor({ state: 'attached' })
  const { items } = await services.call('listDocuments', { params: { board_id: board }, query: { task_id: task } })
  expect(items).toMatchObject([{ title: 'Launch plan', version: 1, task_id: task }])
}, 60_000)

it('shows what somebody else wrote meanwhile, and keeps both', async () => {
  const [document] = (await services.call('listDocuments', { params: { board_id: board } })).items
  const id = document?.id ?? ''
  await signedIn.open(`/boards/${board}/documents/${id}`)
  await page.locator('label', { hasText: 'Edit' }).click()
  await source().fill('# Mine')
  await services.callAs(worker, 'agentUpdateDocument', { params: { board_id: board, document_id: id }, body: { content: '# Theirs' } })
  await page.getByText('Max changed it meanwhile: it is at version 2 now.').waitFor()
  await page.getByRole('button', { name: 'Compare' }).click()
  await page.getByRole('region', { name: 'From theirs to yours' }).waitFor()
  await picture('meanwhile')
  expect(await accessibilityFindings(page)).toEqual([])
  await page.getByRole('button', { name: 'Save mine as the next version' }).click()
  await expect.poll(async () => (await services.call('getDocument', { params: { document_id: id } })).content).toBe('# Mine')
  await page.locator('label', { hasText: 'History' }).click()
  await page.getByRole('button', { name: /Version 2/ }).click()
  await page.getByRole('button', { name: 'Restore this version' }).click()
  await page.locator('.document-read').getByRole('heading', { name: 'Theirs' }).waitFor()
  await page.locator('label', { hasText: 'History' }).click()
  await page.getByRole('button', { name: /Version 1/ }).click()
  await page.locator('.diff').waitFor()
  await picture('history')
  expect(await accessibilityFindings(page)).toEqual([])
  expect((await services.call('getDocument', { params: { document_id: id } })).version).toBe(4)
}, 60_000)

it('attaches by button, by drop and by paste; shows pictures; deletes and takes back', async () => {
  await openTab()
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAoAAAAKCAIAAAACUFjqAAAAEklEQVR4nGP4z8CAB+GTG8HSALfKY52fTcuYAAAAAElFTkSuQmCC', 'base64')
  await page.locator('.attachments input[type=file]').setInputFiles([
    { name: 'red square.png', mimeType: 'image/png', buffer: png },
    { name: 'figures.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b\n1,2\n') },
  ])
  await page.getByRole('link', { name: /^Download red square\.png/ }).waitFor()
  await page.getByRole('link', { name: /^Download figures\.csv/ }).waitFor()
  await expect.poll(() => page.locator('img.file-thumb').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(10)
  for (const kind of ['drop', 'paste'] as const) {
    await page.evaluate((type) => {
      const data = new DataTransfer()
      data.items.add(new File(['hello'], `${type}.txt`, { type: 'text/plain' }))
      const event =
        type === 'drop'
          ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
          : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
      document.querySelector('.attachments')?.dispatchEvent(event)
    }, kind)
    await page.getByRole('link', { name: new RegExp(`^Download ${kind}`) }).waitFor()
  }
  await page
    .locator('.attachments input[type=file]')
    .setInputFiles([{ name: 'run.exe', mimeType: 'application/x-msdownload', buffer: png }])
  await page.getByText('Such files are not accepted').waitFor()
  const download = page.waitForEvent('download')
  await page.getByRole('link', { name: /^Download figures\.csv/ }).click()
  expect((await download).suggestedFilename()).toBe('figures.csv')
  await picture('files')
  expect(await accessibilityFindings(page)).toEqual([])
  const comment = await services.call('createComment', { params: { board_id: board, task_id: task }, body: { message: 'See the file' } })
  const sent = await fetch(`${services.url}/api/v1/boards/${board}/tasks/${task}/attachments?comment_id=${comment.id}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${services.operatorToken}`, 'x-file-name': 'with-comment.txt' },
    body: 'words',
  })
  expect(sent.status).toBe(201)
  await page.getByRole('tab', { name: 'Thread' }).click()
  await page
    .locator(`[data-comment="${comment.id}"]`)
    .getByRole('link', { name: /with-comment\.txt/ })
    .waitFor()
  await page.getByRole('tab', { name: 'Documents' }).click()
  await page.getByRole('button', { name: 'Delete figures.csv' }).click()
  await page.getByRole('link', { name: /^Download figures\.csv/ }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('link', { name: /^Download figures\.csv/ }).waitFor()
}, 60_000)

it('sends files with a comment: by button, drop and paste; refused ones say why; a reload and a restart keep the rest', async () => {
  await signedIn.open(`/boards/${board}/tasks/${task}`)
  await page.getByRole('tab', { name: 'Thread' }).click()
  const composer = page.locator('.drawer .composer')
  const box = page.getByPlaceholder('Write a comment. @ mentions an agent.')
  const files = composer.getByRole('list', { name: 'Files of this comment' })
  const removal = (name: string | RegExp) => files.getByRole('button', { name: typeof name === 'string' ? `Remove ${name}` : name })
  await box.fill('Here they are')
  const chooser = page.waitForEvent('filechooser')
  await composer.getByRole('button', { name: 'Attach files' }).focus()
  await page.keyboard.press('Enter')
  await (await chooser).setFiles([{ name: 'plan.md', mimeType: 'text/markdown', buffer: Buffer.from('# Plan') }])
  await removal('plan.md').waitFor()
  const give = (kind: 'drop' | 'paste', file: { name: string; type: string; size: number }, text?: string) =>
    page.evaluate(
      ({ kind: type, file: wanted, text: words }) => {
        const data = new DataTransfer()
        if (words !== undefined) data.setData('text/plain', words)
        data.items.add(new File([new Uint8Array(wanted.size)], wanted.name, { type: wanted.type }))
        const event =
          type === 'drop'
            ? new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true })
            : new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
        document.querySelector('.drawer .composer textarea')?.dispatchEvent(event)
        return event.defaultPrevented
      },
      { kind, file, text },
    )
  expect(await give('drop', { name: 'dropped.txt', type: 'text/plain', size: 5 })).toBe(true)
  expect(await give('paste', { name: 'image.png', type: 'image/png', size: 9 })).toBe(true)
  await removal('dropped.txt').waitFor()
  await removal(/^Remove Pasted .*\.png$/).waitFor()
  // A spreadsheet's cells come as text and as a picture: the text is meant.
  expect(await give('paste', { name: 'image.png', type: 'image/png', size: 9 }, 'a b')).toBe(false)
  expect(await files.getByRole('listitem').count()).toBe(3)

  await give('drop', { name: 'run.exe', type: 'application/x-msdownload', size: 9 })
  await files.getByRole('alert').filter({ hasText: 'Such files are not accepted' }).waitFor()
  await give('drop', { name: 'film.png', type: 'image/png', size: 21 * 1024 * 1024 })
  await files.getByRole('alert').filter({ hasText: 'film.png is not attached. It is larger than 20 MB.' }).waitFor()
  await give('drop', { name: 'nothing.txt', type: 'text/plain', size: 0 })
  await files.getByRole('alert').filter({ hasText: 'The file is empty.' }).waitFor()
  await picture('composer')
  expect(await accessibilityFindings(page)).toEqual([])
  for (const name of ['run.exe', 'film.png', 'nothing.txt']) await files.getByRole('button', { name: `Dismiss ${name}` }).click()

  await removal('dropped.txt').focus()
  await page.keyboard.press('Enter')
  await removal('dropped.txt').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await removal('dropped.txt').waitFor()
  await removal('dropped.txt').click()
  await removal('dropped.txt').waitFor({ state: 'detached' })

  // One that is cut off by the reload is named afterwards.
  await page.route('**/attachments', () => undefined)
  await give('drop', { name: 'late.txt', type: 'text/plain', size: 5 })
  await files.getByRole('progressbar', { name: 'late.txt' }).waitFor()
  expect(await composer.getByRole('button', { name: 'Send', exact: true }).isDisabled()).toBe(true)
  await services.restart()
  await page.reload()
  await page.unroute('**/attachments')
  await removal('plan.md').waitFor({ timeout: 20_000 })
  await removal(/^Remove Pasted/).waitFor()
  expect(await box.inputValue()).toBe('Here they are')
  await files.getByRole('alert').filter({ hasText: 'late.txt is not attached' }).waitFor()
  await files.getByRole('button', { name: 'Dismiss late.txt' }).click()

  await box.press('Control+Enter')
  const sent = page.locator('[data-comment]').filter({ hasText: 'Here they are' })
  await sent.getByRole('link', { name: /^Download plan\.md/ }).waitFor()
  await sent.getByRole('link', { name: /^Download Pasted/ }).waitFor()
  expect(await files.count()).toBe(0)
  await page.reload()
  await sent.getByRole('link', { name: /^Download plan\.md/ }).waitFor()
  expect(await box.inputValue()).toBe('')

  // Files need no words.
  await give('drop', { name: 'alone.csv', type: 'text/csv', size: 3 })
  await removal('alone.csv').waitFor()
  await composer.getByRole('button', { name: 'Send', exact: true }).click()
  await page
    .locator('[data-comment]')
    .filter({ hasText: 'Attached alone.csv' })
    .getByRole('link', { name: /^Download alone\.csv/ })
    .waitFor()
}, 90_000)

it('finds a document by its words, lists those of the board, and complains of nothing', async () => {
  await services.call('createDocument', {
    params: { board_id: board },
    body: { title: 'House style', type: 'reference', content: 'Write **heliotrope** in small letters.\n'.repeat(30) },
  })
  await signedIn.open(`/boards/${board}/documents`)
  await page.getByRole('button', { name: /House style/ }).waitFor()
  await page.keyboard.press('Control+k')
  await page
    .getByRole('searchbox', { name: /^Search pages/ })
    .or(page.getByRole('textbox', { name: /^Search pages/ }))
    .fill('heliotro')
  await page.getByText('House style in Launch').click()
  await page.locator('.document-read').getByRole('heading', { name: 'House style' }).waitFor()
  await picture('page')
  expect(await accessibilityFindings(page)).toEqual([])
  await page.getByRole('button', { name: 'Document actions' }).click()
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('button', { name: /House style/ }).waitFor({ state: 'detached' })
  await page.getByRole('alert').filter({ hasText: 'Deleted House style' }).getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('button', { name: /House style/ }).waitFor()
  // The services were away for a moment, and one file was refused: the browser says so itself.
  expect(signedIn.complaints.filter((line) => !/ERR_CONNECTION_REFUSED|ERR_INCOMPLETE|status of (422|503|409)/.test(line))).toEqual([])
}, 60_000)
