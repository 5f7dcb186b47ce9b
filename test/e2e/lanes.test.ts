import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { DataTypeState } from '../../src/api/contract/index.ts'
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

test('a rendezvous server has its figures, and a lane for each model, whose share of the answers, late scores and failures are told', async () => {
  const config = testConfig({
    streams: [{ name: 'numbers', input: 'numbers', output: 'scores', partitions: 2 }],
    rendezvous: [
      {
        name: 'meeting',
        input: 'numbers',
        scores: [{ topic: 'scores', deadLetters: 'dead-letters', stream: 'numbers' }],
        policies: { number: { answer: { quality: { of: ['double', 'nobody'] } }, budgetMs: 200 } },
      },
    ],
  })
  await using node = await SluiceNode.start({ config, definitions: [factorModel('double', '1', 2)], page: registerWeb })
  await node.send('numbers', [1, 2, 3, 4, 13].map((x) => ({ dataType: 'number', x }))) // prettier-ignore
  const browser = await launchBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 1000 } })
    const problems = watchPage(page, node.url!)
    await page.goto(`${node.url}/`)
    const cells = async (selector: string): Promise<string[]> =>
      (await page.locator(`[data-rendezvous="meeting"] ${selector}`).allInnerTexts()).map((text) => text.trim())
    // Nobody says anything of any, and 13 fails in the other one.
    await expect.poll(async () => cells('[data-model="double"] td'), { timeout: 15_000 }).toEqual(['80 %', '4', '0', '1'])
    const [, , waiting, answered, deadline, late] = await cells('dd')
    expect({ waiting, answered, deadline, late }).toEqual({ waiting: '0', answered: '5', deadline: '100 %', late: '0' })
    const state = (await (await fetch(`${node.url}/state/number`)).json()) as DataTypeState
    expect(state.rendezvous).toMatchObject([{ rendezvous: 'meeting', dataType: 'number', open: 0, answered: 5, timedOut: 5 }])
    expect(state.rendezvous![0]!.elapsed.p50).toBeGreaterThanOrEqual(190)
    const metrics = await (await fetch(`${node.url}/metrics`)).text()
    expect(metrics).toContain('sluice_rendezvous_answers_total{rendezvous="meeting",data_type="number",reason="deadline"} 5')
    expect(metrics).toContain('sluice_rendezvous_scores_total{rendezvous="meeting",data_type="number",model="double",what="failed"} 1')
    if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, 'rendezvous.png'), fullPage: true })
    expect([await sidewaysScroll(page), await poorContrast(page), problems]).toEqual([0, [], []])
  } finally {
    await browser.close()
  }
})
