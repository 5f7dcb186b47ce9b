import { closeSync, openSync, writeSync } from 'node:fs'
import { FEATURES, sharedInputs } from '../shared-forest.ts'

/** Records of a workload: their different values, and the scores that are right for each. */
export interface RecordKind {
  readonly name: string
  /** How the peers' reader of such records is called. */
  readonly reader: 'wine' | 'image-json' | 'image-binary'
  /** Writes them in the form that the driver reads. */
  readonly write: (file: string) => void | Promise<void>
}

export interface RecordSet {
  readonly count: number
  /** Scores of each record. */
  readonly width: number
  readonly value: (record: number) => Uint8Array
  readonly expected: (record: number) => ArrayLike<number>
}

/** Writes a record set as the driver's RecordSet.java reads it. */
export function writeRecordSet(file: string, { count, width, value, expected }: RecordSet): void {
  const output = openSync(file, 'w')
  const head = Buffer.alloc(8)
  head.writeInt32BE(count, 0)
  head.writeInt32BE(width, 4)
  writeSync(output, head)
  for (let record = 0; record < count; record++) {
    const bytes = value(record)
    const line = Buffer.alloc(4 + bytes.length + width * 8)
    line.writeInt32BE(bytes.length, 0)
    line.set(bytes, 4)
    const scores = expected(record)
    for (let i = 0; i < width; i++) line.writeDoubleBE(scores[i]!, 4 + bytes.length + i * 8)
    writeSync(output, line)
  }
  closeSync(output)
}

/** A wine record in protobuf: 105 bytes with the data type `wine`. */
export function encodeWine(features: ArrayLike<number>, dataType: string): Uint8Array {
  const text = Buffer.from(dataType)
  const value = Buffer.alloc(features.length * 9 + 2 + text.length)
  for (let feature = 0; feature < features.length; feature++) {
    value[feature * 9] = ((feature + 1) << 3) | 1
    value.writeDoubleLE(features[feature]!, feature * 9 + 1)
  }
  value.set([98, text.length, ...text], features.length * 9)
  return value
}

/** The inputs of the shared forest as wine records, with the score that `expected` makes of a record's features and the forest's score. */
export function wineRecords(name: string, expected: (features: Float64Array, forest: number) => number, dataType = 'wine'): RecordKind {
  return {
    name,
    reader: 'wine',
    write(file) {
      const shared = sharedInputs()
      const features = (record: number): Float64Array => shared.inputs.subarray(record * FEATURES, (record + 1) * FEATURES)
      writeRecordSet(file, {
        count: shared.expected.length,
        width: 1,
        value: (record) => encodeWine(features(record), dataType),
        expected: (record) => [expected(features(record), shared.expected[record]!)],
      })
    },
  }
}

/** The records of the shared forest, with its scores. */
export const FOREST_RECORDS = wineRecords('forest', (_, forest) => forest)
