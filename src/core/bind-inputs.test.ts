import { describe, expect, test } from 'vitest'
import { type BindOptions, bindInputs } from './bind-inputs.ts'
import type { SchemaField } from './codec.ts'
import type { SluiceError } from './errors.ts'
import type { Field } from './frame.ts'
import type { Model, ModelDescriptor } from './model.ts'

const DESCRIPTOR: ModelDescriptor = {
  name: 'wine',
  version: '1',
  description: '',
  dataType: 'wine',
  format: 'pmml',
  sha256: '',
  inputs: {},
  metadata: {},
}

interface Asked {
  readonly inputs: readonly (string | Field)[]
  readonly fields?: readonly string[]
  readonly schema?: readonly SchemaField[]
  readonly declared?: Readonly<Record<string, string>>
  readonly byStream?: Readonly<Record<string, string>>
  readonly positional?: boolean
  readonly dataTypePath?: string
}

test('an input takes the field of its own name, else that of a similar one', () => {
  expect(bind({ inputs: ['pH', 'fixed acidity', 'residual-sugar'], fields: ['fixed_acidity', 'PH', 'pH', 'residualSugar'] })).toEqual([
    'pH',
    'fixed_acidity',
    'residualSugar',
  ])
})

test('what is declared comes first: by the model, then by the stream', () => {
  const asked = { inputs: ['a', 'b', 'c'], fields: ['a', 'b', 'c', 'x', 'y', 'z'] }
  expect(bind({ ...asked, declared: { a: 'x' }, byStream: { a: 'y', b: 'z' } })).toEqual(['x', 'z', 'c'])
})

test('a declared field that the record lacks is a mismatch that names it', () => {
  expect(problem({ inputs: ['a'], fields: ['a', 'b'], declared: { a: 'x' } })).toBe(
    "wine@1 is declared to take its input 'a' from 'x', and the record has 'a', 'b'",
  )
})

test('several fields of a similar name are no match', () => {
  expect(problem({ inputs: ['pH'], fields: ['ph', 'PH', 'alcohol'] })).toBe("wine@1 needs 'pH', and the record has 'ph', 'PH', 'alcohol'")
})

test('a field never feeds an input of a similar name where it is the own one of another input', () => {
  expect(problem({ inputs: ['ab', 'a_b'], fields: ['ab'] })).toBe("wine@1 needs 'a_b', and the record has 'ab'")
  expect(problem({ inputs: ['a b', 'a_b'], fields: ['ab'] })).toBe("wine@1 needs 'a b', 'a_b', and the record has 'ab'")
  expect(bind({ inputs: ['a b', 'a_b'], fields: ['ab', 'x'], declared: { 'a b': 'x' } })).toEqual(['x', 'ab'])
})

test('names of nothing but punctuation are not similar', () => {
  expect(problem({ inputs: ['?'], fields: ['_'] })).toContain("needs '?'")
})

test('names of the language itself are names as any other', () => {
  expect(bind({ inputs: ['constructor', 'toString'], fields: ['constructor', 'toString'] })).toEqual(['constructor', 'toString'])
})

test('an input that may be missing binds to nothing; one that must not is a mismatch', () => {
  const optional: Field = { name: 'extra', type: 'number', required: false }
  expect(bind({ inputs: ['a', optional], fields: ['a'] })).toEqual(['a', undefined])
  expect(problem({ inputs: ['a', 'b', 'c'], fields: [] })).toBe("wine@1 needs 'a', 'b', 'c', and the record has no fields")
})

test('a long list of fields is shortened', () => {
  const fields = Array.from({ length: 25 }, (_, i) => `f${i}`)
  expect(problem({ inputs: ['a'], fields })).toMatch(/'f18', 'f19', … \(25 in all\)$/)
})

test('inputs without names take the numbers in their declared order, but the data type', () => {
  const schema: SchemaField[] = [
    { path: 'id', type: 'number' },
    { path: 'name', type: 'text' },
    { path: 'x', type: 'number' },
    { path: 'nested.y', type: 'number' },
    { path: 'tags', type: 'other' },
    { path: 'z', type: 'number' },
  ]
  expect(bind({ inputs: ['f0', 'f1'], schema, positional: true, dataTypePath: 'id' })).toEqual(['x', 'nested.y'])
  expect(problem({ inputs: ['f0', 'f1', 'f2', 'f3', 'f4'], schema, positional: true })).toBe(
    "wine@1 takes 5 numbers without names, and the record has 4: 'id', 'x', 'nested.y', 'z'",
  )
  expect(problem({ inputs: ['f0', 'x'], schema, positional: true })).toContain("needs 'f0'")
})

test('without a schema an input guesses its name, and inputs without names are a mismatch', () => {
  const bound = bindInputs(options({ inputs: ['a', 'b.c'], declared: { a: 'x.y' } }))
  expect(bound.map(({ path, guessed }) => ({ path, guessed }))).toEqual([
    { path: 'x.y', guessed: undefined },
    { path: 'b.c', guessed: true },
  ])
  expect(problem({ inputs: ['f0'], positional: true })).toContain('has inputs without names (f0 …)')
  expect(bind({ inputs: ['f0'], positional: true, byStream: { f0: 'a' } })).toEqual(['a'])
})

describe('a vector', () => {
  const vector = (name: string, size: number, names?: readonly string[]): Field[] => {
    const shared = { name, shape: [size] }
    return Array.from({ length: size }, (_, i) => ({
      name: names?.[i] ?? (size === 1 ? name : `${name}[${i}]`),
      type: 'number',
      required: true,
      vector: shared,
    }))
  }
  const schema: SchemaField[] = [
    { path: 'id', type: 'number' },
    { path: 'Pixels', type: 'numbers' },
    { path: 'x', type: 'numbers' },
    { path: 'tags', type: 'other' },
  ]
  const lists = (asked: Asked): string[] =>
    bindInputs(options(asked)).map(({ path, list, guessed }) => {
      const shape = list?.shape === undefined ? '' : ` of ${list.shape.join(' by ')}`
      return `${path}${list === undefined ? '' : `: ${list.at}${shape}`}${guessed === true ? ' or similar' : ''}`
    })

  test('takes the list of its own name, else that of a similar one', () => {
    expect(lists({ inputs: [...vector('x', 2), ...vector('pixels', 2)], schema })).toEqual([
      'x: 0 of 2',
      'x: 1 of 2',
      'Pixels: 0 of 2',
      'Pixels: 1 of 2',
    ])
    expect(lists({ inputs: vector('x', 1), schema })).toEqual(['x: 0 of 1'])
  })

  test('takes the list that is declared for it', () => {
    expect(lists({ inputs: vector('v', 2), schema, declared: { v: 'x' } })).toEqual(['x: 0 of 2', 'x: 1 of 2'])
    expect(lists({ inputs: vector('v', 2), byStream: { v: 'a.x' } })).toEqual(['a.x: 0 of 2', 'a.x: 1 of 2'])
    expect(problem({ inputs: vector('v', 2), schema, declared: { v: 'id' } })).toBe(
      "wine@1 is declared to take the 2 numbers of its input 'v' from 'id', which is no list of numbers",
    )
    expect(problem({ inputs: vector('v', 2), schema, declared: { v: 'y' } })).toBe(
      "wine@1 is declared to take the 2 numbers of its input 'v' from 'y', which is not among 'id', 'Pixels', 'x', 'tags'",
    )
    expect(problem({ inputs: vector('v', 2), schema, declared: { w: 'x' } })).toContain("declared to have the inputs 'w'")
  })

  test('without names takes the only list, where there are too few numbers', () => {
    const one = schema.filter((field) => field.path !== 'x')
    expect(lists({ inputs: vector('v', 2), schema: one, positional: true })).toEqual(['Pixels: 0 of 2', 'Pixels: 1 of 2'])
    expect(lists({ inputs: ['f0', 'f1'], schema: one, positional: true })).toEqual(['Pixels: 0 of 2', 'Pixels: 1 of 2'])
    expect(lists({ inputs: vector('v', 1), schema: one, positional: true })).toEqual(['id'])
    expect(problem({ inputs: vector('v', 2), schema, positional: true })).toContain('takes 2 numbers without names')
  })

  test('is taken value by value where these have fields, or these are declared', () => {
    expect(lists({ inputs: vector('v', 2, ['a', 'b']), fields: ['b', 'a'] })).toEqual(['a', 'b'])
    expect(lists({ inputs: vector('v', 2, ['a', 'b']) })).toEqual(['a or similar', 'b or similar'])
    expect(lists({ inputs: vector('v', 2), declared: { 'v[0]': 'a', 'v[1]': 'x[7]' } })).toEqual(['a', 'x: 7'])
    expect(lists({ inputs: vector('v', 2), schema, declared: { 'v[0]': 'id', 'v[1]': 'x[7]' } })).toEqual(['id', 'x: 7'])
    expect(problem({ inputs: ['a'], schema, declared: { a: 'id[0]' } })).toContain("from 'id[0]', and the record has")
  })

  test('of records without a schema is guessed to be a member of its name', () => {
    expect(lists({ inputs: vector('v', 2), positional: true })).toEqual(['v: 0 of 2 or similar', 'v: 1 of 2 or similar'])
  })

  test('of texts takes no list of numbers', () => {
    const inputs = vector('x', 2).map((field): Field => ({ ...field, type: 'category' }))
    expect(problem({ inputs, schema })).toContain("needs 'x[0]', 'x[1]'")
  })
})

function bind(asked: Asked): (string | undefined)[] {
  return bindInputs(options(asked)).map((bound) => bound.path)
}

function problem(asked: Asked): string {
  try {
    return `bound to ${bind(asked).join(', ')}`
  } catch (error) {
    const { code, message } = error as SluiceError
    return code === 'model.inputs.mismatch' ? message : `${code}: ${message}`
  }
}

function options(asked: Asked): BindOptions {
  const model: Model = {
    inputs: asked.inputs.map((input): Field => (typeof input === 'string' ? { name: input, type: 'number', required: true } : input)),
    outputs: [{ name: 'score', type: 'number' }],
    positional: asked.positional ?? false,
    score() {},
    [Symbol.dispose]() {},
  }
  return {
    descriptor: { ...DESCRIPTOR, inputs: asked.declared ?? {} },
    model,
    schema: asked.schema ?? asked.fields?.map((path): SchemaField => ({ path, type: 'number' })),
    inputs: asked.byStream ?? {},
    dataTypePath: asked.dataTypePath,
  }
}
