import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { launchBrowser } from '../setup/chromium.ts'

const PAGE = `<!doctype html><meta charset="utf-8"><title>A page</title><style>body { margin: 0; background: #fff } #box { width: 100px; height: 100px; background: #f00 }</style>
<div id="box"></div><p id="text">Text in a font</p><script>document.title = 'Scripts run'</script>`

test('the headless browser opens a page of a local server, runs its script, has a font and takes a picture', async () => {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(PAGE)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${address.port}/`)
    expect(await page.title()).toBe('Scripts run')
    const textWidth = await page.locator('#text').evaluate((element) => {
      const range = element.ownerDocument.createRange()
      range.selectNodeContents(element)
      return range.getBoundingClientRect().width
    })
    expect(textWidth).toBeGreaterThan(50)
    const picture = await page.screenshot()
    expect(picture.subarray(1, 4).toString()).toBe('PNG')
    // A picture of something: the same page without its red box and text compresses to less.
    await page.setContent('<!doctype html><body></body>')
    expect(picture.length).toBeGreaterThan((await page.screenshot()).length)
  } finally {
    await browser.close()
    server.close()
  }
})
