import { expect, test } from 'vitest'
import { cityHash64 } from './city-hash.ts'

/** What CatBoost 1.2.10 writes into cat_features_hash for these texts. */
const HASHES: readonly (readonly [string, number])[] = [
  ['a', 3489901818],
  ['y', 253272131],
  ['né', 1089384312],
  ['abcd', 345588365],
  ['abcdefgh', 4270775063],
  ['abcdefghi', 3019552977],
  ['abcdefghijklmnop', 2150978241],
  ['abcdefghijklmnopq', 322581478],
  ['Zweiunddreissig Zeichen sind das', 1118089932],
  ['Dreiunddreissig Zeichen sind es!!', 573292122],
  ['x'.repeat(64), 648792787],
  ['y'.repeat(65), 3114503727],
  ['The quick brown fox jumps over the lazy dog, and then it jumps back over the dog again and again and again.', 1522446904],
  ['z'.repeat(128), 1319357041],
  ['w'.repeat(200), 3383302310],
]

test.each(HASHES)('the hash of %s is that of CatBoost', (text, hash) => {
  expect(Number(cityHash64(new TextEncoder().encode(text)) & 0xffffffffn)).toBe(hash)
})

test('the hash of no text is the constant of its algorithm', () => {
  expect(cityHash64(new Uint8Array(0))).toBe(0x9ae16a3b2f90404fn)
})
