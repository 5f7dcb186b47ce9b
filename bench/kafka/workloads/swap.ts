import { findMost, latencyPaceOf } from '../latency.ts'
import { Lane } from '../lane.ts'
import { median } from '../median.ts'
import { FOREST_RECORDS, wineRecords } from '../record-kinds.ts'
import { theStage } from '../stage.ts'
import { SluiceNode, type PublishedModel } from '../systems/sluice.ts'
import { forestModel, sluiceForest } from '../wine.ts'
import { PARTITIONS } from './scoring.ts'

const SHARE = 0.8
const MOST_RISE_MS = 1
/** What a tree more, of one leaf, adds to the scores of the second version. */
const RISE = 1

/** Records of the second version of the forest. */
const RISEN_RECORDS = wineRecords('forest-2', (_, forest) => forest + RISE)

/** Swaps a model for another while the stream has four fifths of what it can take: which version answered what, and how long it took. */
export async function runSwap(quick: boolean): Promise<void> {
  const stage = await theStage()
  await stage.know(RISEN_RECORDS)
  const options = { system: sluiceForest('pmml', 'Sluice'), records: FOREST_RECORDS, partitions: PARTITIONS, prompt: true }
  await using lane = await Lane.open(stage, options)
  const node = lane.child
  if (!(node instanceof SluiceNode)) throw new Error('a lane of Sluice has no node')
  const loads = [{ share: SHARE }]
  const pace = latencyPaceOf(quick)
  const most = await findMost(lane, loads, pace)
  const seconds = quick ? 9 : 30
  const swapAt = Math.floor(seconds / 3)
  const rate = Math.round(most * SHARE)
  const begun = performance.now()
  const swapped = new Promise((resolve) => setTimeout(resolve, swapAt * 1000)).then(async () => {
    await node.publish(secondVersion())
    return Math.ceil((performance.now() - begun) / 1000)
  })
  swapped.catch(() => {})
  const versions = `forest@1:${FOREST_RECORDS.name},forest@2:${RISEN_RECORDS.name}`
  const { found } = await lane.offer(rate, seconds, { versions })
  const servedAt = await swapped
  if (servedAt >= seconds - 1)
    throw node.failure(`took until second ${servedAt} to load the second version, and records were offered for ${seconds}`)
  const after = Number(found['forest@2'])
  if (found['back'] !== '0' || after === 0 || found['forest@1'] === '0') {
    throw node.failure(`swapped wrongly: ${found['forest@1']} answers of the first version, ${after} of the second, ${found['back']} back`)
  }
  const bySecond = found['p99s']!.split(',').map(Number)
  // The first second has the way in. The second version is loaded, beside the stream, and takes over from its publication until it serves.
  const p99 = {
    before: median(bySecond.slice(1, swapAt)),
    during: Math.max(...bySecond.slice(swapAt, servedAt + 1)),
    after: median(bySecond.slice(servedAt + 1, seconds)),
  }
  console.log(
    `Sluice at ${rate} records/s (${SHARE * 100} %): ${found['forest@1']} answers of the first version and ${after} of the second verified, ` +
      `0 lost, doubled or of the wrong version`,
  )
  console.log(
    `p99 before the swap ${p99.before} ms, in the ${servedAt - swapAt} s of loading and swapping at most ${p99.during} ms, after it ${p99.after} ms`,
  )
  console.log(`goal: p99 rises by less than ${MOST_RISE_MS} ms: ${p99.during - p99.before < MOST_RISE_MS ? 'reached' : 'missed'}`)
}

function secondVersion(): PublishedModel {
  const first = forestModel('pmml')
  const leaf = `<Node score="${RISE}"><True/></Node>`
  const fields = '<MiningSchema><MiningField name="x0"/></MiningSchema>'
  const tree = `<Segment id="more"><True/><TreeModel functionName="regression">${fields}${leaf}</TreeModel></Segment>`
  const document = Buffer.from(first.bytes).toString().replace('</Segmentation>', `${tree}</Segmentation>`)
  return { ...first, version: '2', bytes: new Uint8Array(Buffer.from(document)) }
}
