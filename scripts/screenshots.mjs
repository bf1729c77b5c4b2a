/**
 * Pictures of every page for the README and the documentation: docs/screenshots/<page>-<theme>.png.
 *
 *   npm run screenshots                              builds nothing; starts a demo control center by itself and fills it
 *   npm run screenshots -- --url http://127.0.0.1:8642/#/login/<code>     uses one that runs
 *   … --out <folder> --only overview,board           another place, fewer pages
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright'
import { createApiClient } from '../native-services/contract/client.ts'
import { fillLively } from './lib/lively.ts'
import { ensureBrowser } from './lib/browser.mjs'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..')
const { values } = parseArgs({
  options: {
    url: { type: 'string' },
    out: { type: 'string', default: join(root, 'docs/screenshots') },
    only: { type: 'string' },
    themes: { type: 'string', default: 'light,dark' },
    sizes: { type: 'string', default: 'wide,narrow' },
  },
})

const wide = { width: 1440, height: 900 }
const sizes = { wide, narrow: { width: 900, height: 900 }, phone: { width: 390, height: 800 } }

/** A port that nobody listens on: a control center that runs already keeps its own. */
function freePort() {
  return new Promise((done, fail) => {
    const server = createServer()
    server.once('error', fail)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** Starts `serve --demo` in a folder of its own and waits for the link it prints. */
async function startDemo() {
  const cli = join(root, 'native-services/cli.ts')
  if (!existsSync(cli)) throw new Error('There is no native-services/cli.ts to start; give --url instead.')
  const dataDir = mkdtempSync(join(tmpdir(), 'mission-control-shots-'))
  const child = spawn(
    process.execPath,
    [
      cli,
      'serve',
      '--demo',
      '--no-open',
      '--port',
      String(await freePort()),
      '--gateway-port',
      String(await freePort()),
      '--data-dir',
      dataDir,
    ],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  const link = await new Promise((done, fail) => {
    let text = ''
    const timer = setTimeout(() => fail(new Error(`No link within two minutes. Printed so far:\n${text}`)), 120_000)
    child.stdout.on('data', (chunk) => {
      text += String(chunk)
      const found = /https?:\/\/\S+#\/login\/\S+/.exec(text)
      if (found) {
        clearTimeout(timer)
        done(found[0])
      }
    })
    child.on('exit', (code) => fail(new Error(`The demo ended with ${code}.\n${text}`)))
  })
  return {
    link,
    dataDir,
    stop: () =>
      new Promise((done) => {
        child.removeAllListeners('exit')
        child.once('exit', () => {
          rmSync(dataDir, { recursive: true, force: true })
          done(undefined)
        })
        child.kill('SIGTERM')
      }),
  }
}

/** Waits for the demo's agents and fills the control center as a week of use would. */
async function fill(base, dataDir) {
  const client = (headers) => createApiClient({ baseUrl: base, headers: () => headers })
  const api = client({ authorization: `Bearer ${readFileSync(join(dataDir, 'operator-token'), 'utf8').trim()}` })
  const workers = async () => (await api.call('listAgents')).items.filter((agent) => agent.board_id !== null)
  for (let tries = 0; tries < 90; tries += 1) {
    const agents = await workers()
    if (agents.length > 1 && agents.every((agent) => agent.status === 'online')) break
    await new Promise((done) => setTimeout(done, 1000))
  }
  const tokenOf = (agent) =>
    /^AUTH_TOKEN=(.*)$/m.exec(readFileSync(join(agent.workspace_path, '.mission-control/credentials'), 'utf8'))?.[1] ?? ''
  const agents = (await workers()).toSorted((one, two) => Number(two.role === 'lead') - Number(one.role === 'lead'))
  await fillLively({ api, agents: agents.map((agent) => ({ agent, api: client({ 'x-agent-token': tokenOf(agent) }) })) })
}

const demo = values.url ? { link: values.url, dataDir: null, stop: async () => undefined } : await startDemo()
const executablePath = await ensureBrowser()
const browser = await chromium.launch({
  ...(executablePath ? { executablePath } : {}),
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--no-first-run'],
})
try {
  const base = new URL(demo.link).origin
  const context = await browser.newContext({ viewport: wide, deviceScaleFactor: 1, reducedMotion: 'reduce' })
  const page = await context.newPage()
  page.on('console', (message) => message.type() === 'error' && console.log(`console: ${message.text()}`))
  page.on('pageerror', (error) => console.log(`page error: ${error.message}`))
  await page.goto(demo.link)
  await page.waitForSelector('.nav')
  if (demo.dataDir) {
    await fill(base, demo.dataDir)
    await page.evaluate(() => fetch('/api/v1/doctor', { method: 'POST' }))
    // Time for the agents to answer what they got, and for a few beats.
    await page.waitForTimeout(25_000)
  }

  const ask = (path) => page.evaluate(async (url) => (await fetch(`/api/v1${url}`)).json(), path)
  const boards = (await ask('/boards')).items
  const board = boards.find((each) => each.name === 'Website relaunch') ?? boards[0]
  const home = boards.find((each) => each.id !== board?.id && each.agent_count > 0) ?? boards.find((each) => each.id !== board?.id) ?? board
  const group = (await ask('/board-groups')).items[0]
  const agents = (await ask('/agents')).items
  const agent = agents.find((each) => each.status !== 'online') ?? agents[0]
  const tasks = home ? (await ask(`/boards/${home.id}/tasks`)).items : []
  const task = tasks.toSorted((a, b) => b.comment_count - a.comment_count).find((each) => each.description !== '') ?? tasks[0]
  const document = board ? (await ask(`/boards/${board.id}/documents`)).items.find((each) => each.title === 'House style') : null
  const pages = {
    overview: '/',
    welcome: '/welcome',
    boards: '/boards',
    ...(board ? { board: `/boards/${home.id}`, goal: `/boards/${board.id}`, list: `/boards/${board.id}?view=list` } : {}),
    ...(task ? { task: `/boards/${task.board_id}/tasks/${task.id}` } : {}),
    ...(document ? { document: `/boards/${board.id}/documents/${document.id}` } : {}),
    ...(group ? { group: `/groups/${group.id}` } : {}),
    agents: '/agents',
    cards: '/agents?view=cards',
    ...(agent
      ? { agent: `/agents/${agent.id}`, files: `/agents/${agent.id}?tab=files`, sessions: `/agents/${agent.id}?tab=sessions` }
      : {}),
    inbox: '/inbox',
    schedules: '/schedules',
    planning: '/planning?tab=templates',
    usage: '/usage',
    activity: '/activity',
    logs: '/logs',
    gateway: '/gateway',
    doctor: '/doctor',
    settings: '/settings',
    palette: '/',
    shortcuts: '/',
  }
  mkdirSync(values.out, { recursive: true })
  const only = values.only?.split(',')
  for (const theme of values.themes.split(',')) {
    await page.evaluate((scheme) => localStorage.setItem('mission-control-scheme', scheme), theme)
    for (const size of values.sizes.split(',')) {
      await page.setViewportSize(sizes[size] ?? wide)
      for (const [name, path] of Object.entries(pages)) {
        if (only && !only.includes(name)) continue
        await page.goto(`${base}/#${path}`)
        await page.reload()
        await page.waitForSelector('.nav', { state: 'attached' })
        await page.waitForTimeout(['files', 'sessions'].includes(name) ? 2500 : 900)
        if (name === 'palette') {
          await page.keyboard.press('Control+k')
          await page.waitForTimeout(500)
        }
        if (name === 'shortcuts') {
          await page.keyboard.press('?')
          await page.waitForTimeout(500)
        }
        // Paths of the machine that took the picture say nothing to the reader.
        await page.evaluate(
          ([repository, installed, home]) => {
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
            while (walker.nextNode()) {
              const node = walker.currentNode
              const text = node.nodeValue ?? ''
              const shown = text
                .replaceAll(repository, '~/mission-control')
                .replaceAll(installed, '~/mission-control')
                .replace(/\/(?:tmp|var\/folders)\/\S*?mission-control-[\w-]+/g, home)
              if (shown !== text) node.nodeValue = shown
            }
          },
          [root, dirname(realpathSync(join(root, 'node_modules'))), '~/.mission-control'],
        )
        const file = join(values.out, `${name}-${theme}${size === 'wide' ? '' : `-${size}`}.png`)
        await page.screenshot({ path: file })
        console.log(file)
      }
    }
  }
} finally {
  await browser.close()
  await demo.stop()
}
