import { afterAll, describe, expect, it } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf } from '../../../test/contracts/runtime.ts'
import { SluiceError } from '../../core/errors.ts'
import type { Model } from '../../core/model.ts'
import { tarOf } from './fixtures/archive-fixture.ts'
import { bundleOf, type BundleFiles } from './fixtures/bundle-fixture.ts'
import { constant, FLOAT, functionAttribute, graph, node, placeholder, savedModel, texts } from './fixtures/tensorflow-fixture.ts'
import { createWholeRuntime } from './fixtures/whole-runtime.ts'

const x = placeholder('x', FLOAT, [-1, 1])

/** y = x w + b, with both restored from where they are saved, in a function as TensorFlow 2 has it. */
const model = savedModel({
  graph: graph(
    [
      x,
      node('w', 'VarHandleOp'),
      node('b', 'VarHandleOp'),
      node('read_w', 'ReadVariableOp', { inputs: ['w'] }),
      node('read_b', 'ReadVariableOp', { inputs: ['b'] }),
      node('product', 'Mul', { inputs: ['x', 'read_w'] }),
      node('y', 'AddV2', { inputs: ['product', 'read_b'] }),
      constant('prefix', texts([], ['somewhere'])),
      node('restored', 'StatefulPartitionedCall', { inputs: ['prefix', 'w', 'b'], attributes: { f: functionAttribute('restore') } }),
    ],
    [
      {
        name: 'restore',
        parameters: ['prefix', 'first', 'second'],
        results: {},
        nodes: [
          constant('names', texts([2], ['model/bias', 'model/weight'])),
          constant('slices', texts([2], ['', ''])),
          node('read', 'RestoreV2', { inputs: ['prefix', 'names:output:0', 'slices:output:0'] }),
          node('bias', 'Identity', { inputs: ['read:tensors:0'] }),
          node('weight', 'Identity', { inputs: ['read:tensors:1'] }),
          node('set_w', 'AssignVariableOp', { inputs: ['first', 'weight:output:0'] }),
          node('set_b', 'AssignVariableOp', { inputs: ['second', 'bias:output:0'] }),
        ],
      },
    ],
  ),
  signatures: { serving_default: { inputs: [['x', 'x:0', FLOAT, [-1, 1]]], outputs: [['y', 'y:0', FLOAT, [-1, 1]]] } },
})

const bundle = bundleOf({ 'model/weight': [3], 'model/bias': [0.5] })

function archive({ index, data }: Partial<BundleFiles>): Uint8Array {
  return tarOf([
    ['saved_model.pb', model],
    ...(index === undefined ? [] : [['variables/variables.index', index] as const]),
    ...(data === undefined ? [] : [['variables/variables.data-00000-of-00001', data] as const]),
  ])
}

function changed(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.map((byte, i) => (i === at ? byte ^ 1 : byte))
}

describe('the variables of a saved model', () => {
  const runtime = createWholeRuntime('tensorflow-saved')
  afterAll(async () => runtime[Symbol.asyncDispose]())
  const load = async (bytes: Uint8Array): Promise<Model> => runtime.load(descriptorOf('tensorflow-saved', bytes), bytes)

  it('are what its restore function gives them', async () => {
    using loaded = await load(archive(bundle))
    expect(await scoreRows(loaded, [[2], [-1]])).toEqual([{ score: 6.5 }, { score: -2.5 }])
  })

  it('must be there', async () => {
    await expect(load(archive({}))).rejects.toThrow(/variable '[wb]' .* has no saved value/)
    await expect(load(archive({ index: bundle.index }))).rejects.toThrow('the SavedModel has no variables/variables.data-00000-of-00001')
  })

  it('must have the checksums that the index says', async () => {
    await expect(load(archive({ ...bundle, data: changed(bundle.data, 1) }))).rejects.toThrow("variable 'model/bias' has a wrong checksum")
    await expect(load(archive({ ...bundle, data: bundle.data.subarray(0, 6) }))).rejects.toThrow(
      "variable 'model/weight' is outside of its file",
    )
  })

  it('are refused with a code, whichever byte of their index is damaged', async () => {
    for (let at = 0; at < bundle.index.length; at += 3) {
      for (const index of [changed(bundle.index, at), bundle.index.subarray(0, at)]) {
        const outcome = await load(archive({ ...bundle, index })).then(
          (loaded) => {
            loaded[Symbol.dispose]()
            return 'loaded'
          },
          (error: unknown) => (error instanceof SluiceError ? error.code : String(error)),
        )
        expect(['loaded', 'model.malformed', 'model.unsupported'], `byte ${at}`).toContain(outcome)
      }
    }
  })
})
