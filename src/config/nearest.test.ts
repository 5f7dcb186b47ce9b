import { expect, test } from 'vitest'
import { nearest } from './nearest.ts'

test.each([
  ['prot', ['host', 'port', 'maxBodyBytes'], 'port'],
  ['maxbodybytes', ['host', 'maxBodyBytes'], 'maxBodyBytes'],
  ['deadLetter', ['deadLetters', 'events'], 'deadLetters'],
  ['zzzz', ['host', 'port'], undefined],
  ['a', [], undefined],
])('%s among %j is %s', (text, candidates, expected) => {
  expect(nearest(text, candidates)).toBe(expected)
})
