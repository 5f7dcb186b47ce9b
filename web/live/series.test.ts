import { expect, it } from 'vitest'
import { SeriesBuffer, stack } from './series.ts'

it('keeps the rows of its span and gives them as columns', () => {
  const series = new SeriesBuffer(2000, 3000)
  for (const at of [1000, 2000, 3000, 4000]) series.push(at, { a: at, b: at === 3000 ? 1 : null })
  expect(series.times()).toEqual([2, 3, 4])
  expect(series.column('a')).toEqual([2000, 3000, 4000])
  expect(series.column('b')).toEqual([null, 1, null])
  expect(series.column('c')).toEqual([null, null, null])
})

it('breaks the line where nothing was heard', () => {
  const series = new SeriesBuffer(60_000, 3000)
  series.push(1000, { a: 1 })
  series.push(9000, { a: 2 })
  expect(series.times()).toEqual([1, 1.001, 9])
  expect(series.column('a')).toEqual([1, null, 2])
})

it('leaves out a row that is not later than the last', () => {
  const series = new SeriesBuffer(60_000, 3000)
  series.push(1000, { a: 1 })
  series.push(1000, { a: 2 })
  expect(series.column('a')).toEqual([1])
})

it('names the series that have something to show', () => {
  const series = new SeriesBuffer(60_000, 3000)
  series.push(1000, { 'rate:b': 1, 'rate:zero': 0, p50: 3 })
  series.push(1500, { 'rate:a': 2 })
  expect(series.names('rate:')).toEqual(['rate:b', 'rate:a'])
})

it('stacks columns, and leaves a gap only where all have one', () => {
  expect(
    stack([
      [1, null, null],
      [2, 5, null],
    ]),
  ).toEqual([
    [1, 0, null],
    [3, 5, null],
  ])
})
