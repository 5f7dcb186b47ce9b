import { expect, test } from 'vitest'
import { similarName } from './similar-name.ts'

test('case, spaces and punctuation do not count; letters and digits of any script do', () => {
  for (const name of ['Fixed_Acidity', 'fixed acidity', 'fixedAcidity', 'FIXED-ACIDITY', ' fixed.acidity '])
    expect(similarName(name)).toBe('fixedacidity')
  expect(similarName('Größe_2')).toBe('größe2')
  expect(similarName('年 齢')).toBe('年齢')
})

test('a name of nothing but punctuation is only like itself', () => {
  expect(similarName('__')).toBe('__')
  expect(similarName('')).toBe('')
})
