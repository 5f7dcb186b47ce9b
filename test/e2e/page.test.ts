import type { AddressInfo } from 'node:net'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { launchBrowser } from '../setup/chromium.ts'
import { poorContrast, sidewaysScroll, watchPage } from './page-checks.ts'
import { createScriptedNode, type ScriptedNode } from './scripted-node.ts'
import { busyWorld, emptyWorld, heldWorld, longWorld, publishFlights } from './scripted-scenes.ts'
import type { ScriptedWorld } from './scripted-world.ts'

/** Stricter than what the node sends, which also allows inline styles. */
const POLICY = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'"
const PHONE = { viewport: { width: 375, height: 812 } }

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
})
afterAll(() => browser.close())

interface Visit {
  readonly page: Page
  readonly node: ScriptedNode
  readonly world: ScriptedWorld
  /** Lets the world go on for some time, told in steps of half a second. */
  readonly pass: (ms: number) => void
  /** What the page must be free of. Cleared by a test that caused some on purpose. */
  readonly problems: string[]
}

async function visit(world: ScriptedWorld, options: BrowserContextOptions = {}): Promise<Visit> {
  const node = createScriptedNode(world, POLICY)
  await node.app.listen({ port: 0, host: '127.0.0.1' })
  const origin = `http://127.0.0.1:${(node.app.server.address() as AddressInfo).port}/`
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const problems = watchPage(page, origin)
  onTestFinished(async () => {
    await context.close()
    await node.app.close()
  })
  await page.goto(origin)
  await page.locator('.connection.is-live').waitFor()
  const pass = (ms: number): void => {
    for (let left = ms; left > 0; left -= 500) {
      world.pass(500)
      node.tell()
    }
  }
  pass(500)
  return { page, node, world, pass, problems }
}

const textOf = async (page: Page, selector: string): Promise<string> => (await page.locator(selector).first().textContent()) ?? ''
const numberOf = async (page: Page, selector: string): Promise<number> => Number((await textOf(page, selector)).replaceAll(/[^\d.]/g, ''))
const now = (): number => Date.now()

/** Waits until the page shows the last that the world told. */
async function caughtUp(page: Page, world: ScriptedWorld): Promise<void> {
  await expect.poll(() => numberOf(page, '.scores-sink .big b')).toBe(world.streams[0]!.scored)
}

describe('the live page', () => {
  it('shows what flows, and follows it', async () => {
    const { page, world, pass, problems } = await visit(busyWorld(now()))
    await expect.poll(() => textOf(page, 'h1')).toBe('Flowing')
    for (const part of world.parts) part.rate *= 3
    pass(1000)
    await expect.poll(() => numberOf(page, '[data-figure=rate]')).toBeGreaterThan(7000)
    expect(await numberOf(page, '[data-stream=flights] .source .big b')).toBeGreaterThan(7000)
    expect(await textOf(page, '[data-stream=flights] .arm-rate')).toMatch(/^\d,\d{3}\/s$/)
    expect(await numberOf(page, '[data-stream=wine] .scores-sink .big b')).toBe(world.streams[1]!.scored)
    for (const part of world.parts) part.rate = 0
    pass(500)
    await expect.poll(() => textOf(page, 'h1')).toBe('Still')
    expect(await numberOf(page, '[data-figure=rate]')).toBe(0)
    expect(problems).toEqual([])
  })

  it('shows which model serves each data type, since when, and what became of the others', async () => {
    const { page, world, problems } = await visit(busyWorld(now()))
    expect(await textOf(page, '[data-gate=flight] .model')).toBe('late-arrival@2')
    expect(await textOf(page, '[data-gate=flight] .description')).toContain('random forest')
    const { sha256 } = world.models[0]!.versions[1]!
    expect(await textOf(page, '[data-gate=flight] .facts')).toContain(sha256.slice(0, 10))
    expect(await textOf(page, '[data-gate=flight] .facts')).toMatch(/serves since\d\d:\d\d:\d\d \d+ s/)
    expect(await textOf(page, '[data-gate=wine] .model')).toBe('cultivar@1')
    const refused = page.locator('[data-version="late-arrival@3-rc1"]')
    expect(await refused.textContent()).toContain('model.malformed')
    expect(await refused.locator('button').count()).toBe(0)
    await page.getByRole('group', { name: 'Data types' }).getByRole('button', { name: 'wine' }).click()
    await page.locator('[data-version="cultivar@1"]').waitFor()
    expect(await refused.count()).toBe(0)
    expect(problems).toEqual([])
  })

  it('shows a swap where it happens: at the gate, in the charts and as offsets', async () => {
    const { page, world, pass, problems } = await visit(busyWorld(now()))
    const before = await page.locator('[data-gate=flight]').getAttribute('class')
    world.serve('flight', publishFlights(world, 2))
    pass(500)
    await expect.poll(() => textOf(page, '[data-gate=flight] .model')).toBe('late-arrival@3')
    expect(await page.locator('[data-gate=flight]').getAttribute('class')).not.toBe(before)
    const swap = await textOf(page, '.swaps .list > li')
    expect(swap).toContain('late-arrival@3 took over from late-arrival@2')
    for (const { partition, fromOffset } of world.swaps.slice(0, 3)) expect(swap).toContain(`flights-${partition} from ${fromOffset}`)
    expect(await textOf(page, '.charts .legend')).toContain('late-arrival@3')
    expect(await textOf(page, '.events .list > li')).toContain('late-arrival@3 took over')
    expect(problems).toEqual([])
  })

  it('shows scored records with their fields, score and model, and holds still while they are read', async () => {
    const { page, world, pass, problems } = await visit(busyWorld(now()))
    const row = page.locator('.scores tbody tr', { hasText: 'late-arrival@2' }).first()
    expect(await row.locator('.fields').textContent()).toMatch(/carrier [A-Z0-9]{2}/)
    const bar = Number(await row.locator('.score [role=meter]').getAttribute('aria-valuenow'))
    expect(Number(await row.locator('.score b').textContent())).toBeCloseTo(bar, 3)
    await page.locator('.scores h2').hover()
    await expect.poll(() => textOf(page, '.scores h2')).toContain('held still')
    const read = await textOf(page, '.scores tbody')
    const fields = /carrier.*?distance/g
    pass(4000)
    await caughtUp(page, world)
    expect((await textOf(page, '.scores tbody')).match(fields)).toEqual(read.match(fields))
    await page.mouse.move(5, 5)
    await expect.poll(async () => (await textOf(page, '.scores tbody')).match(fields)).not.toEqual(read.match(fields))
    expect(problems).toEqual([])
  })

  it('shows rejected records with code, reason and place', async () => {
    const { page, world, problems } = await visit(busyWorld(now()))
    const { code, message, offset } = world.rejections[0]!
    // The world goes on: the page may show it a moment later, or below a newer one.
    const shown = async (): Promise<boolean> => {
      const items = await page.locator('.rejections .list > li').allTextContents()
      return items.some((item) => [code, message, offset].every((part) => item.includes(part)))
    }
    await expect.poll(shown).toBe(true)
    await expect.poll(() => textOf(page, '.rejections .codes')).toMatch(/record\.\S+ \d/)
    expect(problems).toEqual([])
  })

  it('rolls back by two presses of a key, in one place, and tells what came of it', async () => {
    const { page, node, pass, problems } = await visit(busyWorld(now()))
    const button = page.locator('[data-gate=flight] .rollback')
    const place = await button.boundingBox()
    await button.focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => button.getAttribute('aria-label')).toBe('Click again, and late-arrival@1 takes over')
    expect(await button.boundingBox()).toEqual(place)
    await page.keyboard.press('Escape')
    await expect.poll(() => button.getAttribute('aria-label')).toBe('Roll back to late-arrival@1')
    expect(node.asked).toEqual([])
    await page.keyboard.press('Enter')
    await page.keyboard.press('Enter')
    await expect.poll(() => textOf(page, '.notice')).toBe('flight is answered by late-arrival@1 again.')
    expect(node.asked).toEqual(['POST /models/flight/rollback {"to":"late-arrival@1"}'])
    pass(500)
    await expect.poll(() => textOf(page, '[data-gate=flight] .model')).toBe('late-arrival@1')
    expect(await page.locator('[data-version="late-arrival@1"] .status').textContent()).toBe('serves now')
    expect(problems).toEqual([])
  })

  it('says why a rollback was refused', async () => {
    const { page, world, problems } = await visit(busyWorld(now()))
    world.models[0]!.versions = world.models[0]!.versions.filter(({ id }) => id !== 'late-arrival@1')
    const button = page.locator('[data-version="late-arrival@1"] .rollback')
    await button.click()
    await button.click()
    await expect.poll(() => textOf(page, '.notice.is-refused')).toBe('model.not-found: flight has no late-arrival@1')
    expect(problems.filter((problem) => !problem.includes('404'))).toEqual([])
  })

  it('shows that the connection is lost, and comes back by itself', async () => {
    const { page, node, pass, problems } = await visit(busyWorld(now()))
    node.silence(true)
    await expect.poll(() => textOf(page, '.connection')).toMatch(/^connection lost \d+ s ago/)
    expect(await textOf(page, 'h1')).toBe('Not heard from')
    node.silence(false)
    await page.locator('.connection.is-live').waitFor()
    pass(500)
    await expect.poll(() => textOf(page, 'h1')).toBe('Flowing')
    expect(problems.filter((problem) => !problem.includes('503'))).toEqual([])
  })

  it('moves while records flow', async () => {
    const { page, pass } = await visit(busyWorld(now()))
    pass(500)
    const picture = (): Promise<string> => page.evaluate<string>("document.querySelector('canvas.drops').toDataURL()")
    const before = await picture()
    await expect.poll(picture).not.toBe(before)
  })

  it('stands still where motion is not wanted, but shows drops', async () => {
    const { page, world, pass, problems } = await visit(busyWorld(now()), { reducedMotion: 'reduce' })
    await page.evaluate(
      'window.frames_ = 0; const ask = requestAnimationFrame; window.requestAnimationFrame = (f) => (window.frames_++, ask(f))',
    )
    pass(2000)
    await caughtUp(page, world)
    const drawn =
      "[...document.querySelector('canvas.drops').getContext('2d').getImageData(0, 0, 1400, 300).data].some((value) => value > 0)"
    await expect.poll(() => page.evaluate<boolean>(drawn)).toBe(true)
    expect(await page.evaluate('window.frames_')).toBe(0)
    expect(problems).toEqual([])
  })

  it('tells a first visitor what to do next', async () => {
    const { page, world, pass, problems } = await visit(emptyWorld(now()))
    expect(await textOf(page, '.start')).toContain('npx sluice models publish model.pmml --data-type wine --name my-model')
    expect(await textOf(page, '.start')).toContain('npx sluice records send records.csv --stream mdata')
    expect(await page.locator('.start .is-next h3').textContent()).toContain('Publish a model')
    world.publish('wine', 'quality@1')
    world.serve('wine', 'quality@1')
    pass(500)
    await expect.poll(() => page.locator('.start .is-next h3').textContent()).toContain('Send records')
    expect(problems).toEqual([])
  })

  it('shows records that wait for a model behind a shut gate', async () => {
    const { page, problems } = await visit(heldWorld(now()))
    expect(await textOf(page, 'h1')).toBe('Held')
    expect(await textOf(page, '.source')).toMatch(/[\d,]+ waiting for a wine model/)
    expect(await page.locator('.gate.is-closed').count()).toBe(1)
    expect(problems).toEqual([])
  })

  it('publishes a file that is dropped on it', async () => {
    const { page, node, problems } = await visit(busyWorld(now()))
    const make = "(() => { const d = new DataTransfer(); d.items.add(new File([new Uint8Array(2000)], 'late arrival.pmml')); return d })()"
    const dataTransfer = await page.evaluateHandle(make)
    await page.dispatchEvent('body', 'dragover', { dataTransfer })
    await page.locator('.drop-here').waitFor()
    await page.dispatchEvent('body', 'drop', { dataTransfer })
    await page.getByRole('button', { name: 'Publish' }).click()
    await expect.poll(() => textOf(page, '.notice')).toBe('late-arrival@9 was published and is serving.')
    expect(node.asked).toEqual(['POST /models late-arrival flight pmml 2000 bytes'])
    expect(problems).toEqual([])
  })

  it('fits a phone, whatever the names', async () => {
    for (const world of [busyWorld(now()), longWorld(now()), emptyWorld(now()), heldWorld(now())]) {
      const { page, problems } = await visit(world, PHONE)
      expect(await sidewaysScroll(page)).toBe(0)
      await page.setViewportSize({ width: 1024, height: 768 })
      expect(await sidewaysScroll(page)).toBe(0)
      expect(problems).toEqual([])
    }
  })

  it('can be read in light and in dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const world of [busyWorld(now()), heldWorld(now())]) {
        const { page } = await visit(world, { colorScheme })
        expect(await poorContrast(page)).toEqual([])
      }
    }
  })
})
