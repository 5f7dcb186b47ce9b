import { expect, test } from 'vitest'
import { keyHash } from './key-hash.ts'

/** From Kafka's own UtilsTest.testMurmur2. */
test.each<[string, number]>([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])("the hash of '%s' is Kafka's, made positive as its partitioner does", (key, murmur2) => {
  expect(keyHash(Buffer.from(key))).toBe(murmur2 & 0x7fffffff)
})
