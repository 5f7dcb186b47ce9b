import { describe, expect, test } from 'vitest'
import { Dictionary } from '../core/dictionary.ts'
import type { GoldenVector, Model, ModelDescriptor } from '../core/model.ts'
import { SluiceError } from '../core/errors.ts'
import { stubDescriptor } from '../../test/fixtures/serving/stub-model.ts'
import { SummingModel } from '../../test/fixtures/serving/summing-model.ts'
import { replayGolden } from './replay-golden.ts'
import { warmModel } from './warm-model.ts'

/** score = x + (kind is 'b' ? 10 : 0), rejected without an x; label = 'big' from 5 on. */
function model(): Model {
  const labels = new Dictionary(['small', 'big'])
  const kinds = new Dictionary(['a', 'b'])
  return {
    inputs: [
      { name: 'x', type: 'number', required: true },
      { name: 'kind', type: 'category', dictionary: kinds, required: false },
    ],
    outputs: [
      { name: 'score', type: 'number' },
      { name: 'label', type: 'label', dictionary: labels },
    ],
    score(frame, scores) {
      for (let row = 0; row < frame.rows; row++) {
        const [x, kind] = [frame.matrix[row * 2]!, frame.matrix[row * 2 + 1]!]
        if (Number.isNaN(x)) scores.reject(row, new SluiceError('record.feature.missing', 'there is no x'))
        scores.values[row * 2] = x + (kind === 1 ? 10 : 0)
        scores.values[row * 2 + 1] = scores.values[row * 2]! >= 5 ? 1 : 0
      }
    },
    [Symbol.dispose]() {},
  }
}

const replay = async (
  vectors: readonly GoldenVector[],
  [absoluteTolerance, relativeTolerance]: [number, number] = [1e-6, 1e-6],
): Promise<void> => {
  const descriptor: ModelDescriptor = {
    name: 'm',
    version: '1',
    description: '',
    dataType: 'd',
    format: 'pmml',
    sha256: '',
    inputs: {},
    metadata: {},
    golden: { vectors, absoluteTolerance, relativeTolerance },
  }
  await replayGolden(descriptor, model())
}

describe('golden vectors', () => {
  test('that a model reproduces are passed in silence', async () => {
    const passed = replay([
      { inputs: { x: 1, kind: 'b' }, outputs: { score: 11, label: 'big' } },
      { inputs: { x: 1, kind: 'never seen' }, outputs: { score: 1 } },
      { inputs: { x: 2 }, outputs: { label: 'small' } },
      { inputs: { x: 1e9 }, outputs: { score: 1e9 + 900 } },
    ])
    await expect(passed).resolves.toBeUndefined()
  })

  test.each<[string, GoldenVector, [number, number], string]>([
    [
      'a number that is off',
      { inputs: { x: 1 }, outputs: { score: 1.1 } },
      [0.05, 0.05],
      'score of vector 2 is 1 and should be 1.1: it is off by 0.100',
    ],
    ['another label', { inputs: { x: 1 }, outputs: { label: 'big' } }, [1, 1], "label of vector 2 is 'small' and should be 'big'"],
    ['a rejected record', { inputs: { kind: 'a' }, outputs: { score: 1 } }, [1, 1], 'vector 2 is rejected: there is no x'],
    ['an input of the wrong type', { inputs: { x: 'high' }, outputs: { score: 1 } }, [1, 1], 'vector 2 is rejected'],
    [
      'an input that there is not',
      { inputs: { y: 1 }, outputs: { score: 1 } },
      [1, 1],
      "vector 2 has the input 'y', and the model's inputs are x, kind",
    ],
    ['an output that there is not', { inputs: { x: 1 }, outputs: { sum: 1 } }, [1, 1], "vector 2 has the output 'sum'"],
  ])('refuse a model with %s', async (_, vector, tolerance, message) => {
    const good = { inputs: { x: 1 }, outputs: { score: 1 } }
    await expect(replay([good, vector], tolerance)).rejects.toMatchObject({
      code: 'model.golden.mismatch',
      scope: 'model',
      message: expect.stringContaining(message),
    })
  })

  test('allow what the larger of the two tolerances allows', async () => {
    await replay([{ inputs: { x: 100 }, outputs: { score: 104 } }], [0, 0.05])
    await replay([{ inputs: { x: 1 }, outputs: { score: 1.5 } }], [0.5, 0])
    await expect(replay([{ inputs: { x: 100 }, outputs: { score: 104 } }], [3, 0])).rejects.toThrow('3.00 is allowed')
  })
})

test('a model with a state reproduces its vectors from its initial state on, whatever it was tried out with', async () => {
  const summing = new SummingModel()
  await warmModel(summing)
  const golden = {
    vectors: [1, 2].map((x, i) => ({ inputs: { x }, outputs: { sum: 1 + 2 * i } })),
    absoluteTolerance: 0,
    relativeTolerance: 0,
  }
  await expect(replayGolden(stubDescriptor({ golden }), summing)).resolves.toBeUndefined()
})
