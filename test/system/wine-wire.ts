import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { WINE_COLUMNS, wineFolder } from '../fixtures/wine-quality.ts'
import { bytesField, doubleField, integerField } from './wire.ts'

/** The enum of the tutorial's descriptor. */
export const MODEL_TYPE = { tensorflow: 0, pmml: 2, onnx: 3, pfa: 4, remote: 7 } as const

const FEATURES = WINE_COLUMNS.slice(0, 11)

export interface WineOptions {
  /** Says which record it is. */
  readonly ts: number
  readonly dataType?: string
}

/** The tutorial's WineRecord: features 1 to 11, dataType 12, ts 13. */
export function wineMessage(row: readonly number[], { ts, dataType = 'wine' }: WineOptions): Buffer {
  const features = FEATURES.map((_, i) => doubleField(i + 1, row[i]!))
  return Buffer.concat([...features, bytesField(12, dataType), integerField(13, ts)])
}

/** The same record as JSON, with the names of the table. */
export function wineJson(row: readonly number[], { ts, dataType = 'wine' }: WineOptions): Buffer {
  const features = FEATURES.map((name, i): [string, number] => [name, row[i]!])
  return Buffer.from(JSON.stringify({ dataType, ts, ...Object.fromEntries(features) }))
}

export interface TutorialModel {
  readonly name: string
  readonly data: Uint8Array
  readonly modeltype?: number
  readonly dataType?: string
}

/** The tutorial's ModelDescriptor, which has the fields 1 to 5 and no version. */
export function tutorialDescriptor({ name, data, modeltype = MODEL_TYPE.pmml, dataType = 'wine' }: TutorialModel): Buffer {
  return Buffer.concat([
    bytesField(1, name),
    bytesField(2, `the tutorial's ${name}`),
    bytesField(3, dataType),
    // Proto3 leaves the zero out.
    ...(modeltype === 0 ? [] : [integerField(4, modeltype)]),
    bytesField(5, data),
  ])
}

export function wineDocument(file: string): Buffer {
  return readFileSync(join(wineFolder(), file))
}
