import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { launchBrowser } from '../setup/chromium.ts'
import type { ApiClient } from '../system/api-client.ts'
import { modelsOf, publishPath } from '../system/examples.ts'
import { NodeProcess } from '../system/node-process.ts'
import { sidewaysScroll, watchPage } from './page-checks.ts'

/** A folder for pictures of what the tests saw; none are taken where it is not given. */
const SHOTS = process.env['SLUICE_SHOTS']
const RATE = 1500
const POLL = { timeout: 30_000 }

async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS === undefined) return
  await mkdir(SHOTS, { recursive: true })
  await page.screenshot({ path: join(SHOTS, `real-${name}.png`), fullPage: true })
}

const textOf = async (page: Page, selector: string): Promise<string> => (await page.locator(selector).first().textContent()) ?? ''
const numberOf = async (page: Page, selector: string): Promise<number> => Number((await textOf(page, selector)).replaceAll(/[^\d.]/g, ''))

describe('the page of a real demo', () => {
  let browser: Browser
  let folder: string
  let demo: NodeProcess
  let api: ApiClient
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sluice-demo-test-'))
    demo = NodeProcess.start({ cwd: folder, words: ['demo', '--port', '0', '--rate', String(RATE)], env: { TMPDIR: folder } })
    browser = await launchBrowser()
    api = await demo.ready
  })
  afterAll(async () => {
    await browser.close()
    await demo[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  async function visit(): Promise<{ page: Page; problems: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } })
    onTestFinished(() => context.close())
    const page = await context.newPage()
    const problems = watchPage(page, api.url)
    await page.goto(`${api.url}/`)
    await page.locator('.connection.is-live').waitFor()
    return { page, problems }
  }

  test('shows the flow at the rate at which flights depart, and figures that move', async () => {
    const { page, problems } = await visit()
    await expect.poll(() => textOf(page, 'h1'), POLL).toBe('Flowing')
    await expect.poll(() => numberOf(page, '[data-figure=rate]'), POLL).toBeGreaterThan(RATE / 2)
    const before = await numberOf(page, '[data-stream=flights] .scores-sink .big b')
    await expect.poll(() => numberOf(page, '[data-stream=flights] .scores-sink .big b'), POLL).toBeGreaterThan(before)
    await expect.poll(() => page.locator('.version.is-serving').first().getAttribute('data-version'), POLL).toBe('late-arrival@1')
    expect(await sidewaysScroll(page)).toBe(0)
    await shoot(page, 'flow')
    expect(problems).toEqual([])
  })

  test('shows rejected records with their reason', async () => {
    const { page } = await visit()
    const rejected = page.locator('.rejections .list li').first()
    await expect.poll(() => rejected.textContent(), POLL).toMatch(/record\.json\.malformed.*not a JSON object.*flights-0/s)
    const { rejections } = await api.live()
    expect(rejections[0]!.message).toMatch(/a comma or a closing brace/)
  })

  test('shows a swap, and its button really rolls back', async () => {
    const { page, problems } = await visit()
    const [, forest] = modelsOf('flights')
    expect(await api.post(publishPath(forest!), forest!.bytes, 'application/octet-stream')).toMatchObject({ status: 200 })
    await expect.poll(() => page.locator('[data-version="late-arrival@2"]').getAttribute('class'), POLL).toContain('is-serving')
    await expect.poll(() => textOf(page, '.swaps .list li'), POLL).toContain('late-arrival@2')
    expect((await api.models('flight')).serving).toBe('late-arrival@2')
    await shoot(page, 'swap')

    const button = page.locator('button.rollback').first()
    await button.click()
    expect((await api.models('flight')).serving, 'one click does nothing yet').toBe('late-arrival@2')
    await button.click()
    await expect.poll(async () => (await api.models('flight')).serving, POLL).toBe('late-arrival@1')
    await expect.poll(() => page.locator('[data-version="late-arrival@1"]').getAttribute('class'), POLL).toContain('is-serving')
    const answeredBy = async (): Promise<string> => (await api.live()).scores.find(({ dataType }) => dataType === 'flight')!.model
    await expect.poll(answeredBy, POLL).toBe('late-arrival@1')
    await expect.poll(() => textOf(page, '.swaps .list li'), POLL).toContain('late-arrival@1')
    await shoot(page, 'rollback')
    expect(problems).toEqual([])
  })

  test('ends when it is told to, and leaves nothing behind', async () => {
    expect(await demo.stop()).toEqual({ code: 0, signal: null })
    expect(demo.said).toBe('')
    expect(await readdir(folder)).toEqual([])
  })
})
