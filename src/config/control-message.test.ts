import { expect, test } from 'vitest'
import { readControlMessage } from './control-message.ts'

test('policies and aliases are for streams; what is for rendezvous servers alone is passed over', () => {
  const policy = { kind: 'policy', dataType: 'wine', policy: { answer: 'forest' } }
  expect(readControlMessage(policy)).toEqual(policy)
  const alias = { kind: 'alias', dataType: 'wine', alias: 'champion', model: 'forest@2' }
  expect(readControlMessage(alias)).toEqual(alias)
  expect(readControlMessage({ kind: 'service', dataType: 'wine', model: 'a', inService: false })).toBeUndefined()
  expect(readControlMessage({ kind: 'loss', dataType: 'wine' })).toBeUndefined()
})

test.each([
  [{ dataType: 'wine', policy: null }, 'kind must be policy or alias, or service or loss for a rendezvous'],
  [{ kind: 'policy', policy: null }, 'dataType must be a data type'],
  [{ kind: 'policy', dataType: 'wine', policy: { answer: { consensus: { of: ['a', 'b'] } } } }, 'odd'],
  [{ kind: 'alias', dataType: 'wine', alias: 'x', model: 'm', more: 1 }, 'without more'],
  ['policy', 'kind must be'],
])('%j is refused with what would be right', (message, problem) => {
  expect(() => readControlMessage(message)).toThrow(
    expect.objectContaining({ code: 'policy.invalid', message: expect.stringContaining(problem) as string }),
  )
})
