// `node scripts/render-icons.mjs`: draws the PNG files of resources/icons and resources/tray from their SVG sources, with a Chromium
// that is installed (CHROMIUM, or /usr/bin/chromium). The results are committed; run it again only when a drawing changes.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { chromium } from 'playwright'

const resources = resolve(import.meta.dirname, '..', 'resources')
const sizes = [16, 24, 32, 48, 64, 128, 256, 512]

/** Colour is the message, shape repeats it for those who do not see the colour; on macOS only the shape remains. */
const tones = {
  idle: { colour: '#8b8f98', inner: '' },
  good: { colour: '#22a565', inner: '<circle cx="8" cy="8" r="2.4" fill="INK"/>' },
  busy: {
    colour: '#5b6fe8',
    inner: '<path d="M8 4.7V8l2.3 2.2" fill="none" stroke="INK" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/>',
  },
  warning: {
    colour: '#e0930c',
    inner: '<path d="M8 4.7v3.4" stroke="INK" stroke-width="1.9" stroke-linecap="round"/><circle cx="8" cy="11" r="1.1" fill="INK"/>',
  },
  bad: {
    colour: '#dc3b43',
    inner: '<path d="M5.9 5.9l4.2 4.2M10.1 5.9l-4.2 4.2" stroke="INK" stroke-width="1.9" stroke-linecap="round"/>',
  },
}
const trayImage = (ink, inner) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="6.2" fill="none" stroke="${ink}" stroke-width="1.8"/>${inner.replaceAll('INK', ink)}</svg>`

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--force-color-profile=srgb'],
})
try {
  const page = await browser.newPage()
  const draw = async (svg, size, file) => {
    await page.setViewportSize({ width: size, height: size })
    await page.setContent(`<style>*{margin:0}svg{display:block;width:${size}px;height:${size}px}</style>${svg}`)
    writeFileSync(file, await page.screenshot({ omitBackground: true, clip: { x: 0, y: 0, width: size, height: size } }))
  }
  const icon = readFileSync(join(resources, 'icons', 'icon.svg'), 'utf8')
  for (const size of sizes) await draw(icon, size, join(resources, 'icons', `${size}x${size}.png`))
  await draw(icon, 1024, join(resources, 'icons', 'icon.png'))
  for (const [tone, { colour, inner }] of Object.entries(tones)) {
    for (const [suffix, size] of [
      ['', 16],
      ['@2x', 32],
    ]) {
      await draw(trayImage(colour, inner), size, join(resources, 'tray', `${tone}${suffix}.png`))
      await draw(trayImage('#000000', inner), size, join(resources, 'tray', `${tone}Template${suffix}.png`))
    }
  }
} finally {
  await browser.close()
}
