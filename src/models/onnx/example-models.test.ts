import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf } from '../../../test/contracts/runtime.ts'
import { createOnnxRuntime } from './onnx-runtime.ts'

const folder = join(import.meta.dirname, '../../../examples')
const lines = (file: string): unknown[] =>
  gunzipSync(readFileSync(join(folder, file)))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown)

describe('the ONNX models of the examples', () => {
  const runtime = createOnnxRuntime({ threads: 1 })
  afterAll(async () => runtime[Symbol.asyncDispose]!())

  it('give the probabilities that LightGBM gives of flights, missing values and all', async () => {
    const bytes = readFileSync(join(folder, 'flights/late-arrival-3.onnx'))
    using model = await runtime.load(descriptorOf('onnx', bytes), bytes)
    const expected = lines('flights/expected.ndjson.gz') as { id: string; late: Record<string, number> }[]
    const records = new Map((lines('flights/records.ndjson.gz') as Record<string, unknown>[]).map((record) => [record['id'], record]))
    const rows = expected.map((line) => records.get(line.id)!)
    const answers = (await scoreRows(model, rows)) as Record<string, number | string>[]
    expect(answers.length).toBeGreaterThan(400)
    expect(rows.some((row) => row['plane_year'] === undefined || row['wind_gust'] === undefined)).toBe(true)
    for (const [i, answer] of answers.entries()) {
      const late = expected[i]!.late['3']!
      expect(answer['probability(late)']).toBeCloseTo(late, 5)
      const close = Math.abs(late - 0.5) < 1e-5
      expect(close ? ['late', 'on-time'] : [late > 0.5 ? 'late' : 'on-time']).toContain(answer['label'])
    }
  })

  it('give the probabilities that scikit-learn gives of all wines', async () => {
    const bytes = readFileSync(join(folder, 'wine/cultivar-2.onnx'))
    using model = await runtime.load(descriptorOf('onnx', bytes), bytes)
    const [head, ...rows] = readFileSync(join(folder, 'wine/records.csv'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.split(','))
    const records = rows.map((cells) =>
      Object.fromEntries(cells.map((cell, i) => [head![i]!, Number.isNaN(Number(cell)) ? cell : Number(cell)])),
    )
    const expected = lines('wine/expected.ndjson.gz') as { id: string; cultivar: Record<string, Record<string, number>> }[]
    const answers = (await scoreRows(model, records)) as Record<string, number | string>[]
    expect(answers).toHaveLength(178)
    for (const [i, answer] of answers.entries()) {
      expect(expected[i]!.id).toBe(records[i]!['id'])
      for (const [cultivar, probability] of Object.entries(expected[i]!.cultivar['2']!)) {
        expect(answer[`probability(${cultivar})`]).toBeCloseTo(probability, 6)
      }
    }
  })
})
