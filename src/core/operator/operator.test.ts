import { expect, test } from 'vitest'
import { EPOCH, record } from '../../../test/contracts/log/plain-record.ts'
import { batchOf, createJsonOperator, headersByName, plainRecords, value } from '../../../test/fixtures/serving/json-operator.ts'
import { loadedStub, StubModel } from '../../../test/fixtures/serving/stub-model.ts'
import { Dictionary } from '../dictionary.ts'
import { SluiceError } from '../errors.ts'
import type { Answers } from './answers.ts'
import { Lane } from './lane.ts'
import type { ServingOperator } from './operator.ts'
import { Work } from './work.ts'

/** The answers to one batch, whose models answer at once; their bytes stay valid, since the work is not released. */
function answer(operator: ServingOperator, batch: Parameters<ServingOperator['begin']>[0], lane = new Lane('input', 0)): Answers {
  const work = operator.begin(batch, lane)
  if (!(work instanceof Work)) throw new Error(`held for ${work.held}`)
  expect(work.done).toBeUndefined()
  return work.finish()
}

function serve(operator: ServingOperator, id: string, dataType: string, model = new StubModel()): StubModel {
  operator.serve(dataType, operator.fit(loadedStub(id, dataType, model)))
  return model
}

test('answers to several data types in one batch stand in the order of the input, each by its own model', () => {
  const operator = createJsonOperator()
  serve(operator, 'double@1', 'a', new StubModel({ score: (x) => 2 * x }))
  serve(operator, 'negative@3', 'b', new StubModel({ score: (x) => -x }))
  const types = ['a', 'b', 'b', 'a', 'b', 'a', 'a']
  const { outputs, scored, rejected, nextOffset } = answer(
    operator,
    batchOf(
      types.map((type, i) => value(type, i)),
      40n,
    ),
  )

  const answers = plainRecords(outputs)
  expect(answers.map((each) => (JSON.parse(each.value!) as { answer: unknown }).answer)).toEqual(
    types.map((type, i) => (type === 'a' ? { score: 2 * i, model: 'double@1' } : { score: -i || 0, model: 'negative@3' })),
  )
  expect(answers.map((each) => headersByName(each)['ce_id'])).toEqual(types.map((_, i) => `0:${40 + i}`))
  expect({ scored, rejected, nextOffset }).toEqual({ scored: 7, rejected: 0, nextOffset: 47n })
})

test('an answer keeps the key, the timestamp and the headers of its record, and says which model gave which score', () => {
  const operator = createJsonOperator()
  serve(operator, 'm@1', 'a')
  const given = record(value('a', 1.5), { key: 'k', timestamp: EPOCH + 9, headers: [['traceparent', '00-ab'], ['sluice_model', 'forged@9'], ['empty', null]] }) // prettier-ignore
  const [answered] = plainRecords(answer(operator, batchOf([given])).outputs)
  expect(answered).toEqual({
    offset: 0,
    key: 'k',
    timestamp: EPOCH + 9,
    value: '{"dataType":"a","x":1.5,"answer":{"score":1.5,"model":"m@1"}}',
    headers: [
      ['traceparent', '00-ab'],
      ['empty', null],
      ['ce_specversion', '1.0'],
      ['ce_type', 'sluice.scored'],
      ['ce_source', '/sluice/tested'],
      ['sluice_model', 'm@1'],
      ['ce_id', '0:0'],
      ['sluice_score', '1.5'],
    ],
  })
})

test.each([
  ['cut JSON', '{"dataType":"a","x":', 'record.json.malformed', 'a', 'm@1'],
  ['no JSON at all', '\u0000\u0001', 'record.json.malformed', undefined, undefined],
  ['nothing', '', 'record.json.malformed', undefined, undefined],
  ['no data type', '{"x":1}', 'record.data-type.missing', undefined, undefined],
  ['a data type that no model serves', value('other', 1), 'record.no-model', 'other', undefined],
  ['a missing feature', '{"dataType":"a"}', 'record.feature.missing', 'a', 'm@1'],
  ['a score that is not a number', value('a', 13), 'record.score.not-finite', 'a', 'm@1'],
  ['a score that is infinite', value('a', 14), 'record.score.not-finite', 'a', 'm@1'],
  ['what the model rejects', value('a', 15), 'record.feature.invalid', 'a', 'm@1'],
  ['a tombstone', null, 'record.tombstone', undefined, undefined],
  ['a value that is too large', value('a', 1).padEnd(10_001), 'record.too-large', undefined, undefined],
])('%s is a dead letter with its bytes, its reason and its place', (_, text, code, dataType, model) => {
  const operator = createJsonOperator()
  const refusal = new SluiceError('record.feature.invalid', 'fifteen is not allowed')
  const scores: Readonly<Record<number, number | SluiceError>> = { 13: Number.NaN, 14: -Infinity, 15: refusal }
  serve(operator, 'm@1', 'a', new StubModel({ score: (x) => scores[x] ?? x }))
  const bad = record(text, { key: 'the key', headers: [['h', 'kept']], timestamp: EPOCH + 1 })
  const answers = answer(operator, batchOf([value('a', 1), bad, value('a', 2)], 7n))

  expect(answers).toMatchObject({ scored: 2, rejected: 1, nextOffset: 10n })
  expect(plainRecords(answers.outputs).map((each) => headersByName(each)['ce_id'])).toEqual(['0:7', '0:9'])
  const [letter, ...more] = plainRecords(answers.deadLetters)
  expect(more).toEqual([])
  expect(letter).toMatchObject({ key: 'the key', value: text, timestamp: EPOCH + 1 })
  const headers = headersByName(letter!)
  expect(headers).toMatchObject({ h: 'kept', sluice_error: code, sluice_topic: 'input', sluice_partition: '0', sluice_offset: '8' })
  expect(headers['sluice_reason']!.length).toBeGreaterThan(10)
  expect(headers['sluice_data_type']).toBe(dataType)
  expect(headers['sluice_model']).toBe(model)
})

test('statistics count each record once: as scored, or as rejected under its code', () => {
  const operator = createJsonOperator()
  serve(operator, 'm@1', 'a', new StubModel({ score: (x) => (x === 2 ? Number.NaN : x) }))
  const lane = new Lane('input', 0)
  answer(operator, batchOf([value('a', 1), '{', value('a', 2), value('b', 3), null, '{"dataType":"a","x":"one"}']), lane)
  answer(operator, batchOf([value('a', 1)], 6n), lane)
  const all = [...lane.allStatistics()].map(({ dataType, model, usage, rejections, latency }) => ({
    of: `${dataType}/${model}`,
    usage,
    latencies: latency.total,
    rejections: Object.fromEntries(rejections),
  }))
  expect(all.toSorted((a, b) => a.of.localeCompare(b.of))).toEqual([
    { of: '/', usage: 0, latencies: 0, rejections: { 'record.json.malformed': 1, 'record.tombstone': 1 } },
    { of: 'a/m@1', usage: 2, latencies: 2, rejections: { 'record.feature.missing': 1, 'record.score.not-finite': 1 } },
    { of: 'b/', usage: 0, latencies: 0, rejections: { 'record.no-model': 1 } },
  ])
})

test('only declared data types are taken; others are counted together, however many names they have', () => {
  const operator = createJsonOperator({ declaredDataTypes: ['a'] })
  serve(operator, 'm@1', 'a')
  const lane = new Lane('input', 0)
  const strange = Array.from({ length: 50 }, (_, i) => value(`strange-${i}`, 1))
  const { deadLetters, scored } = answer(operator, batchOf([value('a', 1), ...strange]), lane)
  expect(scored).toBe(1)
  const letters = plainRecords(deadLetters).map(headersByName)
  expect(new Set(letters.map((headers) => headers['sluice_error']))).toEqual(new Set(['record.data-type.unknown']))
  expect(letters.map((headers) => headers['sluice_data_type'])).toEqual(strange.map((_, i) => `strange-${i}`))
  expect([...lane.allStatistics()].map(({ dataType, rejected }) => [dataType, rejected])).toEqual([
    ['a', 0],
    ['', 50],
  ])
})

test.each<[string, (model: StubModel) => void | Promise<void>]>([
  ['at once', () => { throw new RangeError('out of luck') }], // prettier-ignore
  ['later', async () => Promise.reject(new RangeError('out of luck'))],
])('a model that fails %s rejects its rows, and the next batch is answered', async (_, fail) => {
  const operator = createJsonOperator()
  let failing = true
  const model: StubModel = new StubModel({ before: () => (failing ? fail(model) : undefined) })
  serve(operator, 'weak@1', 'a', model)
  serve(operator, 'strong@1', 'b')
  const lane = new Lane('input', 0)
  const work = operator.begin(batchOf([value('a', 1), value('b', 2), value('a', 3)]), lane) as Work
  await work.done
  const { outputs, deadLetters } = work.finish()
  expect(plainRecords(outputs).map((each) => headersByName(each)['sluice_model'])).toEqual(['strong@1'])
  const letters = plainRecords(deadLetters).map(headersByName)
  expect(letters.map((headers) => headers['sluice_error'])).toEqual(['record.score.failed', 'record.score.failed'])
  expect(letters[0]!['sluice_reason']).toContain('out of luck')
  work.release()

  failing = false
  expect(answer(operator, batchOf([value('a', 1)], 3n), lane)).toMatchObject({ scored: 1, rejected: 0 })
})

test('a policy that fails before it has touched the scores rejects the rows of this batch, not those of an earlier one', () => {
  let failing = false
  const operator = createJsonOperator({
    policy: {
      name: 'moody',
      decide(frame, arms, scores) {
        if (failing) throw new Error('no mood')
        scores.reset(arms[0]!.model.outputs, frame.rows)
        void arms[0]!.model.score(frame, scores)
        return { arm: 0, rule: 'moody', elapsedMs: 1 }
      },
    },
  })
  serve(operator, 'm@1', 'a')
  const lane = new Lane('input', 0)
  const work = operator.begin(batchOf([value('a', 1)]), lane) as Work
  work.finish()
  work.release()
  failing = true
  expect(answer(operator, batchOf([value('a', 1), value('a', 2), value('a', 3)], 1n), lane)).toMatchObject({ scored: 0, rejected: 3 })
})

test('labels are answered by their text, and a label that the dictionary lacks rejects the record, in any output', () => {
  const operator = createJsonOperator()
  const dictionary = new Dictionary(['low', 'high'])
  const outputs = ['grade', 'second'].map((name) => ({ name, type: 'label' as const, dictionary }))
  serve(operator, 'graded@1', 'a', new StubModel({ outputs }))
  const { outputs: written, deadLetters } = answer(operator, batchOf([0, 1, 2, 0.5, -1, Number.MAX_SAFE_INTEGER].map((x) => value('a', x))))
  expect(plainRecords(written).map((each) => (JSON.parse(each.value!) as { answer: unknown }).answer)).toEqual([
    { score: 'low', model: 'graded@1', outputs: { second: 'low' } },
    { score: 'high', model: 'graded@1', outputs: { second: 'high' } },
  ])
  expect(plainRecords(deadLetters).map((each) => headersByName(each)['sluice_error'])).toEqual(Array(4).fill('record.score.failed'))
})

test('a strange label in an output that is not the score rejects the record too', () => {
  const operator = createJsonOperator()
  const outputs = [
    { name: 'y', type: 'number' as const },
    { name: 'grade', type: 'label' as const, dictionary: new Dictionary(['only']) },
  ]
  serve(operator, 'mixed@1', 'a', new StubModel({ outputs }))
  expect(answer(operator, batchOf([value('a', 0), value('a', 1), value('a', -1)]))).toMatchObject({ scored: 2, rejected: 1 })
})

test('outputs are split into record batches of about the allowed length, in order', () => {
  const operator = createJsonOperator({ maxBatchBytes: 1000 })
  serve(operator, 'm@1', 'a')
  const { outputs } = answer(operator, batchOf(Array.from({ length: 100 }, (_, i) => value('a', i))))
  expect(outputs.length).toBeGreaterThan(10)
  const longest = Math.max(...outputs.map((bytes) => bytes.length))
  expect(longest).toBeLessThan(1000 + 300)
  expect(plainRecords(outputs).map((each) => headersByName(each)['ce_id'])).toEqual(Array.from({ length: 100 }, (_, i) => `0:${i}`))
})

test('no record batch is longer than the topic takes, and a record that would be one alone is rejected', () => {
  const operator = createJsonOperator({ maxBatchBytes: 1000, maxOutputBytes: 1200, maxDeadLetterBatchBytes: 2000 })
  serve(operator, 'm@1', 'a')
  const lane = new Lane('input', 0)
  const padded = (i: number, padding: number) => value('a', i).replace('{', `{"padding":"${'y'.repeat(padding)}",`)
  const lengths = [10, 600, 700, 5000, 20, 800, 850, 20, 20, 1050, 400]
  const answers = answer(operator, batchOf(lengths.map((length, i) => padded(i, length))), lane)
  for (const bytes of answers.outputs) expect(bytes.length).toBeLessThanOrEqual(1200)
  for (const bytes of answers.deadLetters) expect(bytes.length).toBeLessThanOrEqual(2000)
  const rejected = [3, 9]
  const answered = lengths.map((_, i) => i).filter((i) => !rejected.includes(i))
  expect(plainRecords(answers.outputs).map((each) => headersByName(each)['ce_id'])).toEqual(answered.map((i) => `0:${i}`))
  const letters = plainRecords(answers.deadLetters).map((each) => headersByName(each))
  expect(letters.map((headers) => [headers['sluice_offset'], headers['sluice_error']])).toEqual(
    rejected.map((i) => [String(i), 'record.too-large']),
  )
  expect(answers).toMatchObject({ scored: lengths.length - 2, rejected: 2 })
  expect([...lane.allStatistics()].map(({ usage, rejected: refused }) => [usage, refused])).toEqual([[lengths.length - 2, 2]])
})

test('a long value is cut in its dead letter, which says how long it was', () => {
  const operator = createJsonOperator({ deadLetterMaxBytes: 2000 })
  const long = `{"x":"${'y'.repeat(3000)}"}`
  const [letter] = plainRecords(answer(operator, batchOf([long])).deadLetters)
  expect(letter!.value).toBe(long.slice(0, 1024))
  expect(headersByName(letter!)['sluice_value_bytes']).toBe(String(long.length))
})

test('a batch may hold as many data types as records', () => {
  const operator = createJsonOperator()
  const loaded = loadedStub('m@1', 'any')
  const types = Array.from({ length: 2000 }, (_, i) => `customer-${(i * 7) % 2000}`)
  for (const type of types) operator.serve(type, operator.fit(loaded))
  const lane = new Lane('input', 0)
  const { outputs, markers } = answer(operator, batchOf(types.map((type, i) => value(type, i))), lane)
  expect(plainRecords(outputs).map((each) => headersByName(each)['sluice_score'])).toEqual(types.map((_, i) => String(i)))
  expect(markers.map((marker) => marker.dataType)).toEqual(types)
  // The second batch has the same groups at other places.
  const again = answer(
    operator,
    batchOf(
      types.toReversed().map((type, i) => value(type, i)),
      2000n,
    ),
    lane,
  )
  expect(plainRecords(again.outputs).map((each) => JSON.parse(each.value!) as unknown)).toEqual(
    types.toReversed().map((dataType, x) => ({ dataType, x, answer: { score: x, model: 'm@1' } })),
  )
  expect(again.markers).toEqual([])
})
