import { expect, it } from 'vitest'
import { keyFields, scoreText } from './record-fields.ts'

it('shows what names the record before its numbers, in the order of the record', () => {
  const record = {
    dataType: 'flight',
    hour: 17,
    carrier: 'UA',
    origin: 'EWR',
    dest: 'SFO',
    distance: 2565,
    weather: { temp: 3 },
    gate: null,
  }
  expect(keyFields(record, 4)).toEqual([
    { name: 'hour', value: '17' },
    { name: 'carrier', value: 'UA' },
    { name: 'origin', value: 'EWR' },
    { name: 'dest', value: 'SFO' },
  ])
})

it('shows numbers where there are no texts, and any other value as it is', () => {
  expect(keyFields({ alcohol: 9.4, pH: 3.51, ts: 12 }, 3).map((field) => field.value)).toEqual(['9.4', '3.51'])
  expect(keyFields('just text', 3)).toEqual([{ name: 'value', value: 'just text' }])
  expect(keyFields(undefined, 3)).toEqual([])
})

it('cuts long texts', () => {
  expect(keyFields({ id: 'x'.repeat(100) }, 3)[0]!.value).toHaveLength(28)
})

it('writes scores', () => {
  expect([0.123456, 'good', null].map(scoreText)).toEqual(['0.123', 'good', '–'])
})
