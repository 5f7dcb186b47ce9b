import { describe, expect, it } from 'vitest'
import {
  externalTensor,
  floats,
  graphAttribute,
  intAttribute,
  node,
  onnxGraph,
  onnxModel,
  type ModelParts,
  tensorAttribute,
} from './fixtures/graph-fixture.ts'
import { zipMapClassifier } from './fixtures/model-fixtures.ts'
import { readOnnxGraph } from './onnx-graph.ts'
import { bytesField, message, varintField } from './protobuf-writer.ts'

const ends = {
  inputs: [{ name: 'x', type: 'float32', shape: ['N', 2] }],
  outputs: [{ name: 'y', type: 'float32', shape: ['N', 2] }],
} as const
const identity = node('Identity', { inputs: ['x'], outputs: ['y'] })
const plain: ModelParts = { ...ends, nodes: [identity] }
const elsewhere = externalTensor('weights', '../../etc/passwd')

/** A field of the model beside the graph, appended to a plain one. */
const withField = (field: number, content: Uint8Array): Uint8Array => message(onnxModel(plain), bytesField(field, content))

describe('reading an ONNX file', () => {
  it('finds inputs, outputs, metadata and operators', () => {
    const graph = readOnnxGraph(onnxModel({ ...plain, metadata: { feature_names: 'a,b', __proto__x: '1' } }))
    expect(graph.inputs).toEqual([{ name: 'x', kind: 'tensor', elementType: 1, shape: [null, 2] }])
    expect(graph.outputs).toEqual([{ name: 'y', kind: 'tensor', elementType: 1, shape: [null, 2] }])
    expect(graph.metadata).toEqual({ feature_names: 'a,b', __proto__x: '1' })
    expect([...graph.operators]).toEqual(['Identity'])
  })

  it('does not take an initializer for an input', () => {
    const parts = {
      ...plain,
      inputs: [...ends.inputs, { name: 'w', type: 'float32', shape: [1] }],
      initializers: [floats('w', [1], [1])],
    } as const
    expect(readOnnxGraph(onnxModel(parts)).inputs.map((input) => input.name)).toEqual(['x'])
  })

  it('finds the labels of classifiers and ZipMaps, packed or not, negative ones too', () => {
    const graph = readOnnxGraph(zipMapClassifier([-1, 7]))
    expect(graph.zipMaps).toEqual([{ input: 'raw', output: 'output_probability', labels: ['-1', '7'] }])
    expect(graph.classLabels).toEqual([['-1', '7']])
    expect(graph.importsDefaultDomain).toBe(false)
  })

  it('takes sizes that are 0 or negative for open ones', () => {
    const parts = { ...plain, inputs: [{ name: 'x', type: 'float32', shape: [0, -1] }] } as const
    expect(readOnnxGraph(onnxModel(parts)).inputs[0]!.shape).toEqual([null, null])
  })

  it.each([
    ['an initializer', onnxModel({ ...plain, initializers: [elsewhere] })],
    [
      'a constant',
      onnxModel({ ...ends, nodes: [node('Constant', { inputs: [], outputs: ['c'], attributes: [tensorAttribute('value', elsewhere)] })] }),
    ],
    [
      'a nested graph',
      onnxModel({
        ...ends,
        nodes: [
          node('If', {
            inputs: ['x'],
            outputs: ['y'],
            attributes: [graphAttribute('else_branch', onnxGraph({ ...plain, initializers: [elsewhere] }))],
          }),
        ],
      }),
    ],
    ['a sparse initializer', onnxModel({ ...plain, sparseInitializers: [bytesField(1, elsewhere)] })],
    [
      'a function',
      withField(25, bytesField(7, node('Constant', { inputs: [], outputs: ['c'], attributes: [tensorAttribute('value', elsewhere)] }))),
    ],
    ['the default of a function', withField(25, bytesField(11, tensorAttribute('value', elsewhere)))],
    ['a training graph', withField(20, bytesField(1, onnxGraph({ ...plain, initializers: [elsewhere] })))],
    ['a location without entries', onnxModel({ ...plain, initializers: [message(bytesField(8, 'weights'), varintField(14, 1))] })],
    [
      'a location that is only 1 once it is cut to 32 bits',
      onnxModel({ ...plain, initializers: [message(bytesField(8, 'weights'), varintField(14, 2n ** 32n + 1n))] }),
    ],
    [
      'a location that is said twice',
      onnxModel({ ...plain, initializers: [message(bytesField(8, 'weights'), varintField(14, 1), varintField(14, 0))] }),
    ],
  ])('refuses data outside of the file in %s', (_, bytes) => {
    expect(() => readOnnxGraph(bytes)).toThrow(expect.objectContaining({ code: 'model.unsupported', details: { tensor: 'weights' } }))
  })

  it.each([
    [
      'an operator of an unknown domain',
      onnxModel({ ...ends, nodes: [node('Evil', { inputs: ['x'], outputs: ['y'], domain: 'com.evil' })] }),
      "'Evil'",
    ],
    ["ONNX Runtime's own format", Uint8Array.from([0x0a, 6, 0, 0, ...Buffer.from('ORTM')]), 'ORT format'],
    ['graphs in graphs without end', nested(40), 'nested'],
  ])('does not support %s', (_, bytes, text) => {
    expect(() => readOnnxGraph(bytes)).toThrow(
      expect.objectContaining({ code: 'model.unsupported', message: expect.stringContaining(text) as string }),
    )
  })

  it.each([
    ['two graphs', withField(7, onnxGraph(plain))],
    ['no graph', message(varintField(1, 8), bytesField(8, varintField(2, 13)))],
    ['no operator set', message(varintField(1, 8), bytesField(7, onnxGraph(plain)))],
    ['no inputs', onnxModel({ ...plain, inputs: [] })],
    ['no outputs', onnxModel({ ...plain, outputs: [] })],
    ['two outputs of one name', onnxModel({ ...plain, outputs: [...ends.outputs, ...ends.outputs] })],
  ])('refuses a file with %s', (_, bytes) => {
    expect(() => readOnnxGraph(bytes)).toThrow(expect.objectContaining({ code: 'model.malformed' }))
  })

  it('lets functions that the file brings along be used', () => {
    const local = message(
      bytesField(1, 'Twice'),
      bytesField(7, node('Add', { inputs: ['a', 'a'], outputs: ['b'] })),
      bytesField(10, 'local'),
    )
    const used = onnxModel({
      ...ends,
      nodes: [node('Twice', { inputs: ['x'], outputs: ['y'], domain: 'local', attributes: [intAttribute('n', 1)] })],
    })
    expect([...readOnnxGraph(message(used, bytesField(25, local))).operators].toSorted()).toEqual(['Add', 'Twice'])
  })
})

function nested(depth: number): Uint8Array {
  let graph = onnxGraph(plain)
  for (let i = 0; i < depth; i++) {
    graph = onnxGraph({
      ...ends,
      nodes: [node('If', { inputs: ['x'], outputs: ['y'], attributes: [graphAttribute('then_branch', graph)] })],
    })
  }
  return message(varintField(1, 8), bytesField(7, graph), bytesField(8, varintField(2, 13)))
}
