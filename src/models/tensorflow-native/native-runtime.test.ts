import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { scoreRows } from '../../../test/contracts/answers.ts'
import { descriptorOf, testRuntime } from '../../../test/contracts/runtime.ts'
import { findTensorFlowLibraries } from '../../../test/setup/tensorflow/fetch.ts'
import { tarOf, zipOf } from '../tensorflow/fixtures/archive-fixture.ts'
import {
  FLOAT,
  floats,
  graph,
  intAttribute,
  node,
  placeholder,
  savedModel,
  TEXT,
  tensorAttribute,
  textAttribute,
  texts,
  typeAttribute,
} from '../tensorflow/fixtures/tensorflow-fixture.ts'
import { createWholeRuntime } from '../tensorflow/fixtures/whole-runtime.ts'
import { createNativeRuntime, type NativeRuntimeOptions } from './native-runtime.ts'

const libraries = findTensorFlowLibraries()
const tutorial = join(process.env['SLUICE_SHARED'] ?? join(import.meta.dirname, '../../../../shared'), 'tutorial/data')
const why = "not run: TensorFlow's own engine, because its libraries are not there (npm run fetch -- tensorflow)"
if (libraries === undefined) console.warn(why)

const native = (format: NativeRuntimeOptions['format']) =>
  createNativeRuntime({ format, threads: 1, ...(libraries !== undefined && { libraries }) })
const floating = { T: typeAttribute(FLOAT) }
const fixed = (name: string, type: number, tensor: Uint8Array): Uint8Array =>
  node(name, 'Const', { attributes: { dtype: typeAttribute(type), value: tensorAttribute(tensor) } })

/** y = 2 a - b + 0.5. */
const regression = graph([
  placeholder('x', FLOAT, [-1, 2]),
  fixed('weights', FLOAT, floats([2, 1], [2, -1])),
  fixed('bias', FLOAT, floats([1], [0.5])),
  node('product', 'MatMul', { inputs: ['x', 'weights'], attributes: floating }),
  node('y', 'BiasAdd', { inputs: ['product', 'bias'], attributes: floating }),
])

/** The logistic functions of x and of -x. */
const twoClasses = graph([
  placeholder('x', FLOAT, [-1, 1]),
  fixed('weights', FLOAT, floats([1, 2], [1, -1])),
  node('product', 'MatMul', { inputs: ['x', 'weights'], attributes: floating }),
  node('y', 'Sigmoid', { inputs: ['product'], attributes: floating }),
])

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

if (libraries !== undefined) {
  testRuntime({
    name: 'TensorFlow itself',
    create: () => native('tensorflow'),
    cases: [
      {
        title: 'a linear regression',
        descriptor: { metadata: { feature_names: 'a,b' } },
        bytes: regression,
        rows: [{ a: 1, b: 2 }, { a: 3, b: 0.25 }, { a: 1 }],
        expected: [0.5, 6.25, { rejectedWith: 'record.feature.missing' }],
      },
      {
        title: 'two classes',
        bytes: twoClasses,
        rows: [[0], [-20], [3]],
        expected: [0, -20, 3].map((x) => ({ 'y[0]': sigmoid(x), 'y[1]': sigmoid(-x) })),
        tolerance: 1e-6,
      },
    ],
    malformed: [
      { title: 'no graph', bytes: new TextEncoder().encode('no graph at all') },
      {
        title: 'an op that reads a file',
        bytes: graph([placeholder('x', TEXT, [-1]), node('y', 'ReadFile', { inputs: ['x'] })]),
        code: 'model.unsupported',
      },
      {
        title: 'an op that TensorFlow lacks',
        bytes: graph([placeholder('x', FLOAT, [-1, 1]), node('y', 'NoSuchOp', { inputs: ['x'] })]),
        code: 'model.malformed',
      },
    ],
  })
}

describe.skipIf(libraries === undefined)('TensorFlow itself', () => {
  it('takes texts, and gives them', async () => {
    const shout = graph([
      placeholder('x', TEXT, [-1, 2]),
      node('y', 'StringUpper', { inputs: ['x'], attributes: { encoding: textAttribute('utf-8') } }),
      fixed('tail', TEXT, texts([], ['!'])),
      node('z', 'StringJoin', { inputs: ['y', 'tail'], attributes: { N: intAttribute(2), separator: textAttribute('') } }),
    ])
    await using runtime = native('tensorflow')
    using model = await runtime.load(descriptorOf('tensorflow', shout, { metadata: { feature_names: 'a,b' } }), shout)
    const long = 'ein sehr langer Text, der nicht in das Wort selbst passt: ä'
    expect(await scoreRows(model, [{ a: 'grüß', b: long }])).toEqual([{ 'z[0]': 'GRÜSS!', 'z[1]': `${long.toUpperCase()}!` }])
  })

  it('loads a saved model, and keeps none of its files', async () => {
    const saved = savedModel({
      graph: regression,
      signatures: { serving_default: { inputs: [['x', 'x:0', FLOAT, [-1, 2]]], outputs: [['y', 'y:0', FLOAT, [-1, 1]]] } },
    })
    const bytes = zipOf([['saved_model.pb', saved]])
    const before = temporaryFolders()
    await using runtime = native('tensorflow-saved')
    using model = await runtime.load(descriptorOf('tensorflow-saved', bytes), bytes)
    expect(await scoreRows(model, [[1, 2]])).toEqual([{ score: 0.5 }])
    expect(temporaryFolders().filter((name) => !before.includes(name))).toEqual([])
  })

  it('runs a model beside the converted one, as the metadata says', async () => {
    await using runtime = createWholeRuntime('tensorflow', libraries)
    using converted = await runtime.load(descriptorOf('tensorflow', twoClasses), twoClasses)
    using original = await runtime.load(descriptorOf('tensorflow', twoClasses, { metadata: { engine: 'tensorflow' } }), twoClasses)
    const rows = [[0.3], [-3], [12]]
    const [ours, theirs] = [await scoreRows(converted, rows), await scoreRows(original, rows)]
    for (const [row, answer] of theirs.entries())
      for (const [name, value] of Object.entries(answer))
        expect((ours[row] as Record<string, number>)[name]).toBeCloseTo(value as number, 6)
  })

  it.skipIf(!existsSync(tutorial))("answers for the tutorial's saved model what its README says", async () => {
    const root = join(tutorial, 'saved/1')
    const files = readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(root, path), readFileSync(path)] as const)
    const bytes = tarOf(files)
    await using runtime = native('tensorflow-saved')
    using model = await runtime.load(descriptorOf('tensorflow-saved', bytes), bytes)
    const [answer] = await scoreRows(model, [[7.4, 0.7, 0, 1.9, 0.076, 11, 34, 0.9978, 3.51, 0.56, 9.4]])
    expect(Object.values(answer!).map((value) => Number(Number(value).toPrecision(6)))).toEqual([
      1.14877e-9, 3.39649e-9, 1.19725e-8, 0.014344, 0.0618138, 0.689735, 0.304, 0.0153118, 0.000971983,
    ])
  })
})

describe('without its libraries, TensorFlow itself', () => {
  const empty = mkdtempSync(join(tmpdir(), 'sluice-empty-'))
  afterAll(() => rmSync(empty, { recursive: true }))

  it.each([
    ['are not set up', ''],
    ['libtensorflow_framework.* is not there', empty],
  ])('says that they %s, and how to get them', async (what, folder) => {
    await using runtime = createNativeRuntime({ format: 'tensorflow', libraries: folder })
    const loading = runtime.load(descriptorOf('tensorflow', regression), regression)
    await expect(loading).rejects.toMatchObject({ code: 'model.runtime.failed' })
    await expect(loading).rejects.toThrow(new RegExp(`${what}.*npm run fetch -- tensorflow`))
  })

  it('is not chosen by an engine of another name', async () => {
    await using runtime = createWholeRuntime('tensorflow')
    const loading = runtime.load(descriptorOf('tensorflow', regression, { metadata: { engine: 'tensorflw' } }), regression)
    await expect(loading).rejects.toMatchObject({ code: 'model.descriptor.malformed' })
  })
})

function temporaryFolders(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('sluice-tensorflow-'))
}
