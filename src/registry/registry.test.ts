import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { SluiceError } from '../core/errors.ts'
import { createFold, publishing, retiring, rollingBack } from './fixtures/commands.ts'
import type { DataTypeHistory } from './history.ts'

const refusal = (code: string, part = ''): unknown => expect.objectContaining({ code, message: expect.stringContaining(part) as string })
const ids = (history: DataTypeHistory): string[] => history.versions.map((entry) => entry.id)
const BAD = new SluiceError('model.malformed', 'broken')

describe('versions', () => {
  test('are counted where a descriptor names none, and the same bytes have one version', () => {
    const { apply } = createFold()
    const published = ['first', 'second', 'first', 'third'].map((content) => apply(publishing('m', content)).entry.id)
    expect(published).toEqual(['m@1', 'm@2', 'm@1', 'm@3'])
  })

  test('that were named are passed over in counting', () => {
    const { apply } = createFold()
    for (const [id, content] of [['m@2', 'a'], ['m@3', 'b'], ['m@x', 'c']] as const) apply(publishing(id, content)) // prettier-ignore
    expect(['d', 'e', 'c', 'f'].map((content) => apply(publishing('m', content)).entry.id)).toEqual(['m@1', 'm@4', 'm@x', 'm@5'])
  })

  test('are immutable, for all data types, and also when the history has forgotten them', () => {
    const { registry, apply } = createFold({ history: 1 })
    apply(publishing('m@1', 'bytes'))
    apply(publishing('m@2', 'other bytes'))
    apply(publishing('m@3', 'third bytes'))
    expect(registry.history('wine')!.find('m@9')).toBeUndefined()
    expect(() => apply(publishing('m@1', 'changed'))).toThrow(refusal('model.version.immutable', 'm@1'))
    expect(() => apply(publishing('m@1', 'changed', { dataType: 'beer' }))).toThrow(refusal('model.version.immutable'))
    expect(registry.history('beer')).toBeUndefined()
    expect(registry.history('wine')!.wanted!.id).toBe('m@3')
    expect(apply(publishing('m@1', 'bytes')).entry.id).toBe('m@1')
  })

  test('have the sha256 of their bytes, which must be the declared one', () => {
    const { apply } = createFold()
    const sha256 = createHash('sha256').update('bytes').digest('hex')
    expect(apply(publishing('m@1', 'bytes', { sha256: sha256.toUpperCase() })).entry.descriptor.sha256).toBe(sha256)
    expect(() => apply(publishing('m@2', 'bytes!', { sha256 }))).toThrow(refusal('model.sha256.mismatch', sha256))
  })

  test('at a location need a sha256, and their bytes are not counted', () => {
    const { apply } = createFold()
    expect(() => apply(publishing('m@1', '', { content: { location: 'm.pmml' } }))).toThrow(refusal('model.location.refused', 'sha256'))
    const { entry } = apply(publishing('m@1', '', { content: { location: 'm.pmml' }, sha256: 'ab'.repeat(32) }))
    expect(entry.source).toEqual({ partition: 0, offset: 1n, location: 'm.pmml', size: 0 })
  })

  test('that are too large are refused', () => {
    const { apply } = createFold({ maxModelBytes: 10 })
    expect(() => apply(publishing('m@1', 'x'.repeat(11)))).toThrow(refusal('model.too-large', 'models.maxBytes is 10'))
  })
})

test('records that are no commands change nothing', () => {
  const { registry, apply } = createFold()
  apply(publishing('m@1', 'bytes'))
  for (const value of [
    undefined,
    new Uint8Array(0),
    Uint8Array.of(255, 255),
    rollingBack('m@7'),
    retiring('m@7'),
    rollingBack('m@1', 'beer'),
  ]) {
    expect(() => apply(value)).toThrow(SluiceError)
  }
  expect([...registry.histories].map((history) => [history.dataType, ids(history), history.wanted?.id])).toEqual([['wine', ['m@1'], 'm@1']])
})

describe('going back', () => {
  test('goes one step a time, and forward by name', () => {
    const { registry, apply } = createFold()
    for (const id of ['m@1', 'm@2', 'm@3']) apply(publishing(id, id))
    const history = registry.history('wine')!
    const step = (value: Uint8Array): (string | undefined)[] => {
      apply(value)
      return [history.wanted?.id, history.previous?.id]
    }
    expect(step(rollingBack(''))).toEqual(['m@2', 'm@1'])
    expect(step(rollingBack(''))).toEqual(['m@1', undefined])
    expect(() => apply(rollingBack(''))).toThrow(refusal('model.rollback.impossible', 'm@1'))
    expect(step(rollingBack('m@3'))).toEqual(['m@3', 'm@1'])
    expect(step(rollingBack('m@3'))).toEqual(['m@3', 'm@1'])
    expect(step(publishing('m@4', 'm@4'))).toEqual(['m@4', 'm@3'])
    expect(step(rollingBack('m@1'))).toEqual(['m@1', undefined])
  })

  test('to a version that turns out bad leaves the one that served', () => {
    const { registry, apply } = createFold()
    for (const id of ['m@1', 'm@2', 'm@3']) apply(publishing(id, id))
    const history = registry.history('wine')!
    apply(rollingBack('m@1'))
    history.refuse(history.find('m@1')!, BAD)
    expect(history.wanted!.id).toBe('m@3')
    expect(history.find('m@1')).toMatchObject({ status: 'refused', reason: BAD })
    apply(rollingBack('m@1'))
    expect(history.wanted).toMatchObject({ id: 'm@1', status: 'published', reason: null })
  })

  test('does not reach retired versions, until they are published again', () => {
    const { registry, apply } = createFold()
    for (const id of ['m@1', 'm@2', 'm@3']) apply(publishing(id, id))
    const history = registry.history('wine')!
    apply(retiring('m@2'))
    expect(history.previous!.id).toBe('m@1')
    expect(() => apply(rollingBack('m@2'))).toThrow(refusal('model.rollback.impossible', 'm@2 is retired'))
    apply(publishing('m@2', 'm@2'))
    expect([history.wanted!.id, history.previous!.id]).toEqual(['m@2', 'm@3'])
  })
})

describe('retiring', () => {
  test('the wanted version puts the one before in its place, and what was rolled back from stays back', () => {
    const { registry, apply } = createFold()
    for (const id of ['m@1', 'm@2', 'm@3']) apply(publishing(id, id))
    const history = registry.history('wine')!
    apply(rollingBack('m@2'))
    apply(retiring('m@2'))
    expect(history.wanted!.id).toBe('m@1')
    expect(ids(history)).toEqual(['m@1', 'm@2', 'm@3'])
  })

  test('the only version leaves none', () => {
    const { registry, apply } = createFold()
    apply(publishing('m@1', 'x'))
    apply(retiring('m@1'))
    expect(registry.history('wine')!.wanted).toBeUndefined()
    expect(registry.history('wine')!.find('m@1')!.status).toBe('retired')
  })

  test('the version before a bad one takes that out too', () => {
    const { registry, apply } = createFold()
    for (const id of ['m@1', 'm@2', 'm@3']) apply(publishing(id, id))
    const history = registry.history('wine')!
    history.refuse(history.find('m@3')!, BAD)
    apply(retiring('m@2'))
    expect(history.wanted!.id).toBe('m@1')
  })
})

describe('the history', () => {
  test('keeps the last versions', () => {
    const { registry, apply } = createFold({ history: 3 })
    for (let i = 1; i <= 6; i++) apply(publishing(`m@${i}`, `bytes ${i}`))
    const history = registry.history('wine')!
    expect(ids(history)).toEqual(['m@4', 'm@5', 'm@6'])
    expect(() => apply(rollingBack('m@99'))).toThrow(refusal('model.not-found', 'm@4, m@5, m@6'))
  })

  test('of one version still falls back to the version before a bad one', () => {
    const { registry, apply } = createFold({ history: 1 })
    const history = (): DataTypeHistory => registry.history('wine')!
    apply(publishing('good@1', 'good'))
    for (let i = 1; i <= 30; i++) {
      apply(publishing(`bad@${i}`, `bad ${i}`))
      history().refuse(history().wanted!, BAD)
    }
    expect(history().wanted!.id).toBe('good@1')
    expect(ids(history())).toEqual(['good@1', 'bad@30'])
  })

  test('shows what serves, however old it is', () => {
    const { registry, apply } = createFold({ history: 2 })
    apply(publishing('m@1', '1')).entry.status = 'serving'
    for (let i = 2; i <= 5; i++) apply(publishing(`m@${i}`, String(i)))
    expect(ids(registry.history('wine')!)).toEqual(['m@1', 'm@4', 'm@5'])
  })

  test('has one entry of a version that is published again with other words, which replace the earlier', () => {
    const { registry, apply } = createFold()
    const first = apply(publishing('m@1', 'x', { description: 'first words' })).entry
    first.status = 'serving'
    const same = apply(publishing('m@1', 'x', { description: 'first words' })).entry
    expect(same).toBe(first)
    expect(same.source.offset).toBe(1n)
    const corrected = apply(publishing('m@1', 'x', { description: 'better words' })).entry
    const history = registry.history('wine')!
    expect(history.wanted).toBe(corrected)
    expect(corrected.descriptor.description).toBe('better words')
    expect(ids(history)).toEqual(['m@1'])
    history.refuse(corrected, BAD)
    expect(history.wanted).toBe(first)
    apply(retiring('m@1'))
    expect(history.wanted).toBeUndefined()
  })

  test('refuses a known version with other inputs, metadata or format, since it would answer otherwise', () => {
    const { registry, apply } = createFold()
    apply(publishing('m@1', 'x', { inputs: { alcohol: 'alc' } }))
    for (const changed of [{ inputs: { alcohol: 'alcohol' } }, { metadata: { output: 'p' } }, {}]) {
      expect(() => apply(publishing('m@1', 'x', changed))).toThrow(expect.objectContaining({ code: 'model.version.immutable' }))
    }
    expect(registry.history('wine')!.wanted!.descriptor.inputs).toEqual({ alcohol: 'alc' })
  })

  test('keeps a good version within reach, however many bad ones come after it', () => {
    const { registry, apply } = createFold({ history: 3 })
    apply(publishing('good@1', 'g1'))
    apply(publishing('good@2', 'g2'))
    for (let i = 1; i <= 20; i++) registry.history('wine')!.refuse(apply(publishing(`bad@${i}`, `b${i}`)).entry, BAD)
    const history = registry.history('wine')!
    expect([history.wanted?.id, history.previous?.id]).toEqual(['good@2', 'good@1'])
    expect(ids(history)).toEqual(expect.arrayContaining(['good@1', 'good@2']))
  })
})
