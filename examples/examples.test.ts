import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, statSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { exampleModels } from './example-models.ts'

const root = new URL('.', import.meta.url)
const KB = 1024
const HOUR = 3_600_000

const instant = z.iso.datetime({ precision: 0 })
const flightRecord = z.looseObject({
  dataType: z.literal('flight'),
  id: z.string().min(1),
  departed_at: instant,
  scheduled_at: instant,
  origin: z.enum(['EWR', 'JFK', 'LGA']),
  dep_delay: z.int(),
  departures_last_hour: z.int(),
  minutes_lost_last_hour: z.number().optional(),
})
const flightLabel = z.strictObject({ id: z.string().min(1), known_at: instant, arr_delay: z.int() })
const share = z.number().min(0).max(1)

function bytes(path: string): Buffer {
  return readFileSync(new URL(path, root))
}

function modelsOf(example: string) {
  return exampleModels.parse(JSON.parse(bytes(`${example}/models.json`).toString()))
}

function ndjson<T>(path: string, schema: z.ZodType<T>): T[] {
  const lines = gunzipSync(bytes(path)).toString().trimEnd().split('\n')
  return lines.map((line) => schema.parse(JSON.parse(line)))
}

function csv(path: string): Record<string, string>[] {
  const [header = '', ...lines] = bytes(path).toString().trimEnd().split('\n')
  const names = header.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i] ?? `column ${i}`, cell])))
}

describe.each(['flights', 'wine'])('the models of examples/%s', (example) => {
  const { models, baselines } = modelsOf(example)

  test('are the files that models.json says, byte for byte', () => {
    for (const model of models) {
      const digest = createHash('sha256').update(bytes(`${example}/${model.file}`))
      expect(digest.digest('hex'), model.file).toBe(model.sha256)
    }
  })

  test('are versions of one name, each only once', () => {
    expect(new Set(models.map((model) => model.name)).size).toBe(1)
    expect(new Set(models.map((model) => model.version)).size).toBe(models.length)
  })

  test('stay small', () => {
    const sizes = models.map((model) => statSync(new URL(`${example}/${model.file}`, root)).size)
    for (const size of sizes) expect(size).toBeLessThanOrEqual(400 * KB)
    expect(sizes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(1024 * KB)
  })

  test('get better from version to version, and the first is better than no model', () => {
    const steps = [...baselines, ...models].map((step) => step.metrics)
    for (const [i, metrics] of steps.entries()) {
      const before = steps[i - 1]
      if (before === undefined) continue
      expect(metrics['accuracy']).toBeGreaterThan(before['accuracy'] ?? NaN)
      expect(metrics['logLoss']).toBeLessThan(before['logLoss'] ?? NaN)
    }
  })
})

describe('the flights', () => {
  const records = ndjson('flights/records.ndjson.gz', flightRecord)
  const labels = ndjson('flights/labels.ndjson.gz', flightLabel)
  const departed = new Map(records.map((record) => [record.id, record.departed_at]))

  test('leave in the order of time, each with an id of its own', () => {
    expect(records.length).toBeGreaterThan(30_000)
    expect(departed.size).toBe(records.length)
    const times = records.map((record) => record.departed_at)
    expect(times).toEqual(times.toSorted())
  })

  test('arrive in the order of time, after they left, at most once', () => {
    expect(new Set(labels.map((label) => label.id)).size).toBe(labels.length)
    const times = labels.map((label) => label.known_at)
    expect(times).toEqual(times.toSorted())
    const early = labels.filter((label) => !(label.known_at > (departed.get(label.id) ?? '~')))
    expect(early).toEqual([])
  })

  test('have imperfections: some never arrive, and some records lack a reading', () => {
    expect(labels.length).toBeLessThan(records.length)
    expect(labels.length).toBeGreaterThan(records.length * 0.98)
    for (const field of ['temp', 'pressure', 'plane_year', 'minutes_lost_last_hour']) {
      const lacking = records.filter((record) => record[field] === undefined).length
      expect(lacking, field).toBeGreaterThan(0)
      expect(lacking, field).toBeLessThan(records.length / 4)
    }
  })

  test('do not carry what is known only later', () => {
    const fields = new Set(records.flatMap((record) => Object.keys(record)))
    const later = ['arr_delay', 'arr_time', 'air_time', 'known_at', 'late', 'arrival']
    expect(later.filter((field) => fields.has(field))).toEqual([])
  })

  test('tell of the hour before only what had happened by then: counted again here from both streams', () => {
    const flights = records.map((record) => ({ ...record, at: Date.parse(record.departed_at) }))
    const delayed = new Map(flights.map((flight) => [flight.id, flight]))
    // A flight that left before the extract may land in its first hours.
    const from = (flights[0]?.at ?? NaN) + 24 * HOUR
    let checked = 0
    for (const origin of ['EWR', 'JFK', 'LGA']) {
      const left = flights.filter((flight) => flight.origin === origin)
      const landed = labels
        .filter((label) => delayed.get(label.id)?.origin === origin)
        .map((label) => ({ at: Date.parse(label.known_at), lost: label.arr_delay - (delayed.get(label.id)?.dep_delay ?? NaN) }))
      for (const flight of left.filter(({ at }, i) => at >= from && i % 100 === 0)) {
        const inHour = (event: { at: number }) => event.at >= flight.at - HOUR && event.at < flight.at
        const lost = landed.filter(inHour).map((event) => event.lost)
        const stated = flight.minutes_lost_last_hour
        const mean = lost.reduce((sum, minutes) => sum + minutes, 0) / lost.length
        const agrees = lost.length === 0 ? stated === undefined : Math.abs((stated ?? NaN) - mean) < 0.0501
        expect(left.filter(inHour).length, flight.id).toBe(flight.departures_last_hour)
        expect(agrees, flight.id).toBe(true)
        checked++
      }
    }
    expect(checked).toBeGreaterThan(300)
  })

  test('have every input of every model, by the mapping that models.json gives', () => {
    const fields = new Set(records.flatMap((record) => Object.keys(record)))
    const wanted = modelsOf('flights').models.flatMap((model) => Object.values(model.inputs ?? {}))
    expect(wanted.filter((field) => !fields.has(field))).toEqual([])
  })

  test('reach the share of on-time arrivals that the simplest baseline is right about', () => {
    const onTime = labels.filter((label) => label.arr_delay < 15).length / labels.length
    const baseline = modelsOf('flights').baselines.find((one) => one.name === 'always-the-same')
    expect(baseline?.metrics['accuracy']).toBeCloseTo(onTime, 4)
  })

  test('come with expected scores for some of them and every version', () => {
    const versions = modelsOf('flights').models.map((model) => model.version)
    const expected = ndjson('flights/expected.ndjson.gz', z.strictObject({ id: z.string(), late: z.record(z.string(), share) }))
    expect(expected.length).toBeGreaterThan(200)
    for (const row of expected) {
      expect(departed.has(row.id), row.id).toBe(true)
      expect(Object.keys(row.late)).toEqual(versions)
    }
  })
})

describe('the wines', () => {
  const records = csv('wine/records.csv')
  const labels = csv('wine/labels.csv')

  test('are 178, with thirteen measurements and a label each, and none has its label inside', () => {
    expect(records).toHaveLength(178)
    expect(labels.map((label) => label['id'])).toEqual(records.map((record) => record['id']))
    for (const record of records) {
      const { dataType, id, ...measurements } = record
      expect(dataType).toBe('wine')
      expect(id).toMatch(/^wine-\d{3}$/)
      expect(Object.keys(measurements)).toHaveLength(13)
      for (const [field, text] of Object.entries(measurements)) {
        expect(field).toMatch(/^[a-z][a-z0-9_]*$/)
        expect(Number(text)).toBeGreaterThan(0)
      }
    }
    expect(new Set(labels.map((label) => label['cultivar']))).toEqual(new Set(['Barolo', 'Grignolino', 'Barbera']))
  })

  test('come with the expected share of each cultivar by every version, which add up to one', () => {
    const versions = modelsOf('wine').models.map((model) => model.version)
    const row = z.strictObject({ id: z.string(), cultivar: z.record(z.string(), z.record(z.string(), share)) })
    const expected = ndjson('wine/expected.ndjson.gz', row)
    expect(expected.map((one) => one.id)).toEqual(records.map((record) => record['id']))
    for (const one of expected) {
      expect(Object.keys(one.cultivar)).toEqual(versions)
      for (const shares of Object.values(one.cultivar)) {
        expect(Object.values(shares).reduce((sum, value) => sum + value)).toBeCloseTo(1, 9)
      }
    }
  })
})

test('all examples together stay below 3.5 MB', () => {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const sizes = files.map((entry) => statSync(`${entry.parentPath}/${entry.name}`).size)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(3.5 * KB * KB)
})
