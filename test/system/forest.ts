import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sharedFolder, WINE_FIELDS } from '../fixtures/wine-quality.ts'
import { tutorialDescriptor, wineMessage } from './wine-wire.ts'

const FEATURES = 11
const LAST_SEGMENT = '</Segmentation>'

/** The shared forest of 100 trees, and 10,000 rows with the scores that LightGBM gives them. */
export interface SharedForest {
  readonly rows: number
  /** What version `k` answers to a row: the forest's score and `k`. */
  readonly expected: (row: number, version: number) => number
  /** A wine record whose features are those of the row, and that says `ts`. */
  readonly record: (row: number, ts: number) => Buffer
  /** A descriptor of version `k`: the forest and one more tree, that always answers `k`. */
  readonly descriptor: (version: number) => Buffer
  /** From the forest's inputs to the fields of a wine record. */
  readonly inputs: Readonly<Record<string, string>>
}

/** Undefined where the shared folder is absent. */
export function readSharedForest(): SharedForest | undefined {
  const shared = sharedFolder()
  if (shared === undefined) return undefined
  const bytes = (name: string): ArrayBuffer => new Uint8Array(readFileSync(join(shared, 'bench', name))).buffer
  const inputs = new Float32Array(bytes('forest-inputs.f32'))
  const scores = new Float64Array(bytes('forest-expected.f64'))
  const pmml = readFileSync(join(shared, 'bench', 'forest.pmml'), 'utf8')
  return {
    rows: scores.length,
    expected: (row, version) => scores[row]! + version,
    record: (row, ts) => wineMessage([...inputs.subarray(row * FEATURES, (row + 1) * FEATURES)], { ts }),
    descriptor(version) {
      const tree =
        `<Segment id="constant"><True/><TreeModel functionName="regression" splitCharacteristic="binarySplit">` +
        `<MiningSchema><MiningField name="x0"/></MiningSchema><Node score="${version}"><True/></Node></TreeModel></Segment>`
      return tutorialDescriptor({ name: 'forest', data: Buffer.from(pmml.replace(LAST_SEGMENT, `${tree}${LAST_SEGMENT}`)) })
    },
    inputs: Object.fromEntries(WINE_FIELDS.map((field, i) => [`x${i}`, field])),
  }
}
