import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf, testRuntime } from '../../../test/contracts/runtime.ts'
import type { Model } from '../../core/model.ts'
import { tarOf, zipOf } from './fixtures/archive-fixture.ts'
import {
  constant,
  FLOAT,
  floats,
  type FunctionParts,
  functionAttribute,
  graph,
  INT32,
  integers,
  intsAttribute,
  node,
  placeholder,
  savedModel,
  typeAttribute,
} from './fixtures/tensorflow-fixture.ts'
import { createWholeRuntime } from './fixtures/whole-runtime.ts'

const ends = (output: string, sizes: readonly number[] = [-1, 1]) => ({
  inputs: [['x', 'x:0', FLOAT, sizes]] as const,
  outputs: [['y', output, FLOAT, sizes]] as const,
})

const x = placeholder('x', FLOAT, [-1, 1])
const float = { T: typeAttribute(FLOAT) }

/** y = 3 x + 1, in a function that calls another. */
const tripled: FunctionParts = {
  name: 'tripled',
  parameters: ['a'],
  results: { result: 'product:z:0' },
  nodes: [constant('three', floats([], [3])), node('product', 'Mul', { inputs: ['a', 'three:output:0'], attributes: float })],
}
const tripledAndOne: FunctionParts = {
  name: 'tripled_and_one',
  parameters: ['a'],
  results: { result: 'sum:z:0' },
  nodes: [
    node('call', 'PartitionedCall', { inputs: ['a'], attributes: { f: functionAttribute('tripled') } }),
    constant('one', floats([], [1])),
    node('sum', 'AddV2', { inputs: ['call:output:0', 'one:output:0'], attributes: float }),
  ],
}
const calling = graph(
  [
    x,
    node('y', 'StatefulPartitionedCall', { inputs: ['x'], attributes: { f: functionAttribute('tripled_and_one') } }),
    node('z', 'Neg', { inputs: ['x'] }),
  ],
  [tripled, tripledAndOne],
)
const served = savedModel({ graph: calling, signatures: { negated: ends('z:0'), serving_default: ends('y:0') } })

/** y = 2^n x: doubled while a counter is below n. */
function doubling(n: number): Uint8Array {
  const condition: FunctionParts = {
    name: 'condition',
    parameters: ['i', 'v'],
    results: { more: 'less:z:0' },
    nodes: [
      constant('n', integers([], [n])),
      node('less', 'Less', { inputs: ['i', 'n:output:0'], attributes: { T: typeAttribute(INT32) } }),
    ],
  }
  const step: FunctionParts = {
    name: 'step',
    parameters: ['i', 'v'],
    results: { i2: 'next:z:0', v2: 'twice:z:0' },
    nodes: [
      constant('one', integers([], [1])),
      node('next', 'AddV2', { inputs: ['i', 'one:output:0'] }),
      node('twice', 'AddV2', { inputs: ['v', 'v'] }),
    ],
  }
  const attributes = { cond: functionAttribute('condition'), body: functionAttribute('step') }
  const nodes = [
    x,
    constant('zero', integers([], [0])),
    node('loop', 'While', { inputs: ['zero', 'x'], attributes }),
    node('y', 'Identity', { inputs: ['loop:1'] }),
  ]
  return savedModel({ graph: graph(nodes, [condition, step]), signatures: { serving_default: ends('y:0') } })
}

/** The sum of a batch decides: y = x + 10 where it is above 0, else -x. */
function branching(): Uint8Array {
  const plus: FunctionParts = {
    name: 'plus',
    parameters: ['a'],
    results: { r: 'sum:z:0' },
    nodes: [constant('ten', floats([], [10])), node('sum', 'AddV2', { inputs: ['a', 'ten:output:0'] })],
  }
  const minus: FunctionParts = {
    name: 'minus',
    parameters: ['a'],
    results: { r: 'negated:y:0' },
    nodes: [node('negated', 'Neg', { inputs: ['a'] })],
  }
  const nodes = [
    x,
    constant('axes', integers([2], [0, 1])),
    constant('zero', floats([], [0])),
    node('sum', 'Sum', { inputs: ['x', 'axes'] }),
    node('above', 'Greater', { inputs: ['sum', 'zero'] }),
    node('y', 'If', {
      inputs: ['above', 'x'],
      attributes: { then_branch: functionAttribute('plus'), else_branch: functionAttribute('minus') },
    }),
  ]
  return savedModel({ graph: graph(nodes, [plus, minus]), signatures: { serving_default: ends('y:0') } })
}

testRuntime({
  name: 'TensorFlow SavedModel',
  create: () => createWholeRuntime('tensorflow-saved'),
  cases: [
    {
      title: 'functions in a zip',
      bytes: zipOf([['1/saved_model.pb', served]]),
      rows: [{ x: 2 }, { x: -0.5 }, { x: 'a' }],
      expected: [7, -0.5, { rejectedWith: 'record.feature.invalid' }],
    },
    {
      title: 'a loop in a tar.gz',
      bytes: new Uint8Array(gzipSync(tarOf([['model/saved_model.pb', doubling(5)]]))),
      rows: [{ x: 1.5 }, { x: -1 }],
      expected: [48, -32],
    },
  ],
  malformed: [
    { title: 'text', bytes: new TextEncoder().encode('a saved model') },
    { title: 'an archive without a model', bytes: zipOf([['readme.txt', Buffer.from('hello')]]), code: 'model.malformed' },
    { title: 'the text form', bytes: zipOf([['saved_model.pbtxt', Buffer.from('meta_graphs {}')]]), code: 'model.malformed' },
    { title: 'a path that leaves the archive', bytes: zipOf([['../../saved_model.pb', served]]), code: 'model.malformed' },
    { title: 'an absolute path', bytes: tarOf([['/etc/saved_model.pb', served]]), code: 'model.malformed' },
    { title: 'a file that is larger than its directory says', bytes: zipOf([['saved_model.pb', served]], 10), code: 'model.malformed' },
    { title: 'a zip of a gigabyte and more', bytes: zipOf([['saved_model.pb', served]], 2 ** 31), code: 'model.too-large' },
    { title: 'a gzip of zeros, a thousand times its size', bytes: gzipSync(Buffer.alloc(120 * 1024 * 1024)), code: 'model.too-large' },
    { title: 'a gzip that is no tar', bytes: gzipSync(Buffer.from('hello')), code: 'model.malformed' },
    { title: 'a model without signatures', bytes: savedModel({ graph: calling, signatures: {} }), code: 'model.unsupported' },
    {
      title: 'a signature whose output is not there',
      bytes: savedModel({ graph: calling, signatures: { serving_default: ends('nowhere:0') } }),
      code: 'model.malformed',
    },
    {
      title: 'a function that calls itself',
      bytes: savedModel({
        graph: graph(
          [x, node('y', 'PartitionedCall', { inputs: ['x'], attributes: { f: functionAttribute('endless') } })],
          [
            {
              name: 'endless',
              parameters: ['a'],
              results: { r: 'again:output:0' },
              nodes: [node('again', 'PartitionedCall', { inputs: ['a'], attributes: { f: functionAttribute('endless') } })],
            },
          ],
        ),
        signatures: { serving_default: ends('y:0') },
      }),
      code: 'model.unsupported',
    },
    {
      title: 'functions that call each other twice, twenty-five deep',
      bytes: savedModel({
        graph: graph([x, node('y', 'PartitionedCall', { inputs: ['x'], attributes: { f: functionAttribute('f25') } })], twice(25)),
        signatures: { serving_default: ends('y:0') },
      }),
      code: 'model.too-large',
    },
    {
      title: 'a variable without a value',
      bytes: savedModel({
        graph: graph([
          x,
          node('v', 'VarHandleOp'),
          node('r', 'ReadVariableOp', { inputs: ['v'] }),
          node('y', 'Mul', { inputs: ['x', 'r'] }),
        ]),
        signatures: { serving_default: ends('y:0') },
      }),
      code: 'model.unsupported',
    },
  ],
})

function twice(depth: number): FunctionParts[] {
  return Array.from({ length: depth + 1 }, (_, i) => {
    const attributes = { f: functionAttribute(`f${i - 1}`) }
    const call = (name: string, from: string): Uint8Array =>
      node(name, i === 0 ? 'Neg' : 'PartitionedCall', { inputs: [from], ...(i > 0 && { attributes }) })
    return { name: `f${i}`, parameters: ['a'], results: { r: 'two:output:0' }, nodes: [call('one', 'a'), call('two', 'one:output:0')] }
  })
}

describe('a saved model', () => {
  const runtime = createWholeRuntime('tensorflow-saved')
  afterAll(async () => runtime[Symbol.asyncDispose]())
  const load = async (bytes: Uint8Array, metadata = {}): Promise<Model> =>
    runtime.load(descriptorOf('tensorflow-saved', bytes, { metadata }), bytes)

  it('answers as the signature that the metadata names', async () => {
    using model = await load(served, { signature: 'negated' })
    expect(await scoreRows(model, [[2]])).toEqual([{ score: -2 }])
  })

  it('is refused with its signatures where it lacks the one that is named', async () => {
    await expect(load(served, { signature: 'other' })).rejects.toThrow("no signature 'other'; it has negated, serving_default")
  })

  it('answers as the graph with the tags that the metadata names', async () => {
    const graphs = [
      { graph: graph([x, node('y', 'Neg', { inputs: ['x'] })]), tags: ['serve'], signatures: { serving_default: ends('y:0') } },
      { graph: graph([x, node('y', 'Square', { inputs: ['x'] })]), tags: ['serve', 'tpu'], signatures: { serving_default: ends('y:0') } },
    ]
    using plain = await load(savedModel(...graphs))
    expect(await scoreRows(plain, [[3]])).toEqual([{ score: -3 }])
    using tagged = await load(savedModel(...graphs), { tags: 'serve, tpu' })
    expect(await scoreRows(tagged, [[3]])).toEqual([{ score: 9 }])
    await expect(load(savedModel(...graphs), { tags: 'train' })).rejects.toThrow(
      'no graph with the tags [train]; it has [serve], [serve, tpu]',
    )
  })

  it('goes the way that a batch decides', async () => {
    using model = await load(branching())
    expect(await scoreRows(model, [[4]])).toEqual([{ score: 14 }])
    expect(await scoreRows(model, [[-4]])).toEqual([{ score: 4 }])
  })

  it('of the highest version in its archive counts', async () => {
    const other = savedModel({ graph: graph([x, node('y', 'Neg', { inputs: ['x'] })]), signatures: { serving_default: ends('y:0') } })
    using model = await load(
      tarOf([
        ['wine/9/saved_model.pb', other],
        ['wine/10/saved_model.pb', served],
      ]),
    )
    expect(await scoreRows(model, [[2]])).toEqual([{ score: 7 }])
  })

  it('turns the last dimension into one number for each of its places', async () => {
    const nodes = [
      placeholder('x', FLOAT, [-1, 2, 2]),
      node('y', 'Squeeze', { inputs: ['x'], attributes: { squeeze_dims: intsAttribute([]) } }),
    ]
    using model = await load(savedModel({ graph: graph(nodes), signatures: { serving_default: ends('y:0', [-1, 2, 2]) } }))
    expect(await scoreRows(model, [[1, 2, 3, 4]])).toEqual([{ 'y[0]': 1, 'y[1]': 2, 'y[2]': 3, 'y[3]': 4 }])
  })
})
