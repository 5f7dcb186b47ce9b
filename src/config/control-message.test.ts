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
  [{ kind: 'policy', policy: null }, 'dataType is missing; it must be a data type'],
  [{ kind: 'policy', dataType: 'wine', policy: { answer: { consensus: { of: ['a', 'b'] } } } }, 'odd'],
  [
    { kind: 'policy', dataType: 'wine', policy: { answer: { consensus: { of: 'a' } } } },
    "policy.answer.consensus.of is 'a', but must be a list of models",
  ],
  [
    { kind: 'policy', dataType: 'wine', policy: { answer: { split: { arms: [{ percent: '9', answer: 'a' }] } } } },
    "policy.answer.split.arms[0].percent is '9', but must be a percentage",
  ],
  [
    { kind: 'policy', dataType: 'wine', policy: { answer: { konsensus: { of: ['a'] } } } },
    'policy.answer.konsensus is not a setting; did you mean policy.answer.consensus?',
  ],
  [{ kind: 'alias', dataType: 'wine', alias: 'x', model: 'm', more: 1 }, 'more is not a setting; there are kind, dataType, alias, model'],
  ['policy', 'kind must be'],
])('%j is refused with what would be right', (message, problem) => {
  expect(() => readControlMessage(message)).toThrow(
    expect.objectContaining({ code: 'policy.invalid', message: expect.stringContaining(problem) as string }),
  )
})
