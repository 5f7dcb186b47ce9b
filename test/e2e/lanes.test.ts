import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SluiceNode } from '../../src/app/node.ts'
import { registerWeb } from '../../web/serve-web.ts'
import { factorModel, testConfig } from '../fixtures/serving/test-node.ts'
import { launchBrowser } from '../setup/chromium.ts'
import { poorContrast, sidewaysScroll, watchPage } from './page-checks.ts'

/** A folder for pictures of what the test saw; none are taken where it is not given. */
const SHOTS = process.env['SLUICE_SHOTS']

test('a lane for each model of a policy has its share of the answers, its failures, and how often it agrees', async () => {
  const definitions = [
    factorModel('forest', '1', 2),
    factorModel('boosted', '3', 2),
    factorModel('linear', '1', 3),
    factorModel('next', '1', 4),
  ]
  const policy = { answer: { consensus: { of: ['linear', 'forest', 'boosted'] } }, shadow: [{ model: 'next' }] }
  const config = testConfig({ streams: [{ name: 'numbers', input: 'numbers', output: 'number-scores', policy }] })
  await using node = await SluiceNode.start({ config, definitions, page: registerWeb })
  await node.send('numbers', [1, 2, 3, 4, 0, 13].map((x) => ({ dataType: 'number', x }))) // prettier-ignore
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } })
    const problems = watchPage(page, node.url!)
    await page.goto(`${node.url}/`)
    const lane = async (model: string): Promise<string[]> =>
      (await page.locator(`[data-arm="${model}"] td`).allInnerTexts()).map((text) => text.trim())
    // 13 fails in all of them; 0 is the same for all; of the others, two say the same.
    await expect.poll(async () => lane('forest@1'), { timeout: 15_000 }).toEqual(['80 %', '0', '0', '1', '100 %'])
    expect(await lane('linear@1')).toEqual(['20 %', '0', '0', '1', '20 %'])
    expect(await lane('boosted@3')).toEqual(['0 %', '0', '0', '1', '100 %'])
    expect(await lane('next@1')).toEqual(['shadow', '0', '0', '1', '20 %'])
    if (SHOTS !== undefined) {
      await mkdir(SHOTS, { recursive: true })
      await page.screenshot({ path: join(SHOTS, 'lanes.png'), fullPage: true })
    }
    expect([await sidewaysScroll(page), await poorContrast(page), problems]).toEqual([0, [], []])
  } finally {
    await browser.close()
  }
})
