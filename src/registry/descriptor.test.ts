import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SluiceError } from '../core/errors.ts'
import { FORMATS } from '../core/model.ts'
import { type ModelCommand, decodeCommand, encodeCommand } from './descriptor.ts'

/** A protobuf field by hand: the tag, and a varint or bytes after their length. Lengths stay below 128. */
function field(number: number, content: number | string | Uint8Array): Uint8Array {
  const tag = number < 16 ? (type: number) => [(number << 3) | type] : (type: number) => [((number << 3) | type | 128) & 255, number >> 4]
  if (typeof content === 'number') return Uint8Array.from([...tag(0), content])
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  return Uint8Array.from([...tag(2), bytes.length, ...bytes])
}

function message(...fields: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(fields.flatMap((bytes) => [...bytes]))
}

const tutorial = {
  name: field(1, 'winequality'),
  description: field(2, 'generated'),
  dataType: field(3, 'wine'),
  data: field(5, '<PMML/>'),
}

describe("the tutorial's descriptors", () => {
  test.each([
    [0, 'tensorflow'],
    [1, 'tensorflow-saved'],
    [2, 'pmml'],
  ])('of model type %i with bytes are read unchanged', (modeltype, format) => {
    const { name, description, dataType, data } = tutorial
    expect(decodeCommand(message(name, description, dataType, field(4, modeltype), data))).toEqual({
      action: 'publish',
      name: 'winequality',
      version: '',
      description: 'generated',
      dataType: 'wine',
      format,
      sha256: '',
      inputs: {},
      metadata: {},
      content: { data: new TextEncoder().encode('<PMML/>') },
    })
  })

  test('with a location are read unchanged', () => {
    const command = decodeCommand(message(tutorial.name, tutorial.dataType, field(4, 1), field(6, 'data/saved_model')))
    expect(command).toMatchObject({ content: { location: 'data/saved_model' }, format: 'tensorflow-saved' })
  })
})

test.each([
  ['nothing', new Uint8Array(0), 'model.descriptor.malformed', 'no dataType'],
  ['no data type', message(tutorial.name, tutorial.data), 'model.descriptor.malformed', 'no dataType'],
  [
    'a data type with a line break',
    message(tutorial.name, field(3, 'a\nb'), tutorial.data),
    'model.descriptor.malformed',
    'control characters',
  ],
  ['no name', message(tutorial.dataType, tutorial.data), 'model.descriptor.malformed', 'name'],
  ['a name with @ in it', message(field(1, 'a@b'), tutorial.dataType, tutorial.data), 'model.descriptor.malformed', "'a@b'"],
  ['a name with a slash in it', message(field(1, '../b'), tutorial.dataType, tutorial.data), 'model.descriptor.malformed', "'../b'"],
  ['neither bytes nor a location', message(tutorial.name, tutorial.dataType), 'model.descriptor.malformed', 'neither data nor a location'],
  ['an unknown model type', message(tutorial.name, tutorial.dataType, field(4, 99), tutorial.data), 'model.format.unknown', '99'],
  ['an unknown action', message(tutorial.name, tutorial.dataType, field(16, 7)), 'model.descriptor.malformed', 'retire (2)'],
  [
    'a field that is cut',
    message(tutorial.name, Uint8Array.from([0x1a, 0x20, 0x61])),
    'model.descriptor.malformed',
    'not a ModelDescriptor',
  ],
  ['text', new TextEncoder().encode('<?xml version="1.0"?>'), 'model.descriptor.malformed', ''],
  ['a version with white space in it', message(tutorial.name, tutorial.dataType, tutorial.data, field(10, '1 2')), 'model.descriptor.malformed', "'1 2'"], // prettier-ignore
])('%s is refused, and the reason names it', (_, bytes, code, reason) => {
  expect(() => decodeCommand(bytes)).toThrow(expect.objectContaining({ code, message: expect.stringContaining(reason) as string }))
})

test('any bytes are a command or a refusal of model scope', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(scopeOfRefusal(bytes)).toBeOneOf([undefined, 'model'])
    }),
    { numRuns: 2000 },
  )
})

test('commands come back as they were written', () => {
  const name = fc.stringMatching(/^[\w.-]{1,20}$/)
  const map = fc.dictionary(
    fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
    fc.string(),
  )
  const command: fc.Arbitrary<ModelCommand> = fc.oneof(
    fc.record({
      action: fc.constant('publish' as const),
      name,
      version: fc.oneof(fc.constant(''), name),
      description: fc.string(),
      dataType: name,
      format: fc.constantFrom(...FORMATS),
      sha256: fc.oneof(fc.constant(''), fc.stringMatching(/^[0-9a-f]{64}$/)),
      inputs: map,
      metadata: map,
      content: fc.oneof(fc.record({ data: fc.uint8Array() }), fc.record({ location: fc.string({ minLength: 1 }) })),
    }),
    fc.record({ action: fc.constantFrom('rollback' as const, 'retire' as const), dataType: name, target: fc.string() }),
  )
  fc.assert(
    fc.property(command, (given) => {
      expect(decodeCommand(encodeCommand(given))).toEqual(given)
    }),
  )
})

function scopeOfRefusal(bytes: Uint8Array): string | undefined {
  try {
    decodeCommand(bytes)
    return undefined
  } catch (error) {
    return error instanceof SluiceError ? error.scope : String(error)
  }
}

describe('golden vectors', () => {
  const golden = {
    absoluteTolerance: 0.5,
    relativeTolerance: 0,
    vectors: [{ inputs: { x: 1.5, kind: 'a' }, outputs: { score: -2, label: 'yes' } }],
  }
  const publish = (more: object): ModelCommand => ({
    action: 'publish',
    name: 'm',
    version: '',
    description: '',
    dataType: 'd',
    format: 'catboost',
    sha256: '',
    inputs: {},
    metadata: {},
    content: { data: new Uint8Array(1) },
    ...more,
  })

  test('travel in a descriptor', () => {
    expect(decodeCommand(encodeCommand(publish({ golden })))).toEqual(publish({ golden }))
  })

  test('without a tolerance have a small one', () => {
    const decoded = decodeCommand(encodeCommand(publish({ golden: { ...golden, absoluteTolerance: 0 } })))
    expect(decoded).toMatchObject({ golden: { absoluteTolerance: 1e-6, relativeTolerance: 1e-6 } })
  })

  test.each([
    ['no outputs', { ...golden, vectors: [{ inputs: { x: 1 }, outputs: {} }] }],
    ['a negative tolerance', { ...golden, absoluteTolerance: -1 }],
    ['a tolerance that is no number', { ...golden, relativeTolerance: Number.NaN }],
    ['more vectors than are replayed', { ...golden, vectors: Array.from({ length: 1001 }, () => golden.vectors[0]!) }],
  ])('with %s are refused', (_, bad) => {
    expect(() => decodeCommand(encodeCommand(publish({ golden: bad })))).toThrow(
      expect.objectContaining({ code: 'model.descriptor.malformed' }),
    )
  })
})
