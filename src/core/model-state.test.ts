import { expect, test } from 'vitest'
import { readStateText, stateKey, stateText } from './model-state.ts'

const place = { topic: 'in', partition: 3 }
const state = { dataType: 'a', model: 'm@1', sha256: 'ab', snapshot: '{"n":9007199254740993,"state":",\\"state\\":"}' }

test.each([state, { ...state, dataType: ',"state":x', model: '\\",\n"state":@"' }, { ...state, dataType: '', snapshot: 'null' }])(
  'a state is read back to the letter, whatever its names: %j',
  (one) => {
    const text = stateText(place, one)!
    expect(readStateText(text)).toEqual({ ...place, ...one })
    expect(JSON.parse(text)).toMatchObject({ dataType: one.dataType, state: JSON.parse(one.snapshot) as unknown })
  },
)

test.each([
  '',
  '{',
  '[]',
  '{"topic":"in"}',
  '{"topic":"in","state":1}',
  ',"state":}',
  '{"topic":"in","partition":0.5,"dataType":"a","model":"m@1","sha256":"ab","state":1}',
  '{"topic":1,"partition":0,"dataType":"a","model":"m@1","sha256":"ab","state":1}',
])('what is no state is refused: %s', (text) => {
  expect(() => readStateText(text)).toThrow(expect.objectContaining({ code: 'log.corrupt' }) as Error)
})

test('no two data types or models have one key', () => {
  const keys = [
    { dataType: 'a', model: 'b/c@1' },
    { dataType: 'a/b', model: 'c@1' },
    { dataType: 'a%2Fb', model: 'c@1' },
  ].map((one) => stateKey(place, one))
  expect(new Set(keys).size).toBe(3)
  expect(stateKey(place, state)).toBe('in-3/a/m@1')
})
