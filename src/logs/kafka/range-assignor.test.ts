import { expect, test } from 'vitest'
import { assignRanges } from './range-assignor.ts'

const counts = new Map([['records', 5], ['models', 5], ['small', 1]]) // prettier-ignore

function assigned(members: Readonly<Record<string, readonly string[]>>): Record<string, string[]> {
  const subscriptions = Object.entries(members).map(([memberId, topics]) => ({ memberId, topics }))
  const assignments = [...assignRanges(subscriptions, counts)]
  return Object.fromEntries(assignments.map(([member, partitions]) => [member, partitions.map((p) => `${p.topic}-${p.partition}`)]))
}

test('one member gets everything', () => {
  expect(assigned({ a: ['records'] })).toEqual({ a: ['records-0', 'records-1', 'records-2', 'records-3', 'records-4'] })
})

test('the first members, by their ids, get one partition more', () => {
  expect(assigned({ b: ['records'], c: ['records'], a: ['records'] })).toEqual({
    a: ['records-0', 'records-1'],
    b: ['records-2', 'records-3'],
    c: ['records-4'],
  })
})

test('the same partitions of topics with equally many go to the same member', () => {
  const { a, b } = assigned({ a: ['records', 'models'], b: ['models', 'records'] })
  for (const partitions of [a!, b!]) {
    const numbers = (topic: string): string[] => partitions.filter((name) => name.startsWith(topic)).map((name) => name.slice(-1))
    expect(numbers('models')).toEqual(numbers('records'))
  }
})

test('members get partitions of their own topics only, and some may get none', () => {
  expect(assigned({ a: ['small'], b: ['small'], c: ['missing'] })).toEqual({ a: ['small-0'], b: [], c: [] })
})
