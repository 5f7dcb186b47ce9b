import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SluiceError } from '../core/errors.ts'
import { createFold, publishing, retiring, rollingBack } from './fixtures/commands.ts'
import type { DataTypeHistory, ModelEntry } from './history.ts'

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('publish' as const), id: fc.nat(5), words: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rollback' as const), id: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'back' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('retire' as const), id: fc.nat(5) }) },
)

/** What loading the versions comes to: refuses wanted ones that are bad, until one is wanted that is not. */
function load(history: DataTypeHistory | undefined, isBad: (entry: ModelEntry) => boolean): void {
  for (let { wanted } = history ?? {}; wanted !== undefined && isBad(wanted); { wanted } = history!)
    history!.refuse(wanted, new SluiceError('model.malformed', 'broken'))
}

/** A rollback to a retired version is the one command that is refused here. */
function applyIfPossible({ apply }: ReturnType<typeof createFold>, value: Uint8Array): void {
  try {
    apply(value)
  } catch (error) {
    if (!(error instanceof SluiceError && error.code === 'model.rollback.impossible')) throw error
  }
}

test('whoever reads the same records comes to the same, whenever it learns which versions are bad', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(step, fc.boolean()), { maxLength: 40 }),
      fc.uniqueArray(fc.tuple(fc.nat(5), fc.nat(1)).map(([id, words]) => `m@${id}/${words}`)),
      fc.integer({ min: 1, max: 6 }),
      (steps, bad, limit) => {
        const isBad = ({ id, descriptor }: ModelEntry): boolean => bad.includes(`${id}/${descriptor.description}`)
        const live = createFold({ history: limit })
        const records: Uint8Array[] = []
        for (const [each, isLoadedNow] of steps) {
          const history = live.registry.history('wine')
          // As the service does: a rollback names its target, and what can't be done is not put on the topic.
          const target = each.kind === 'back' ? history?.previous?.id : `m@${each.kind === 'publish' ? '' : each.id}`
          let value: Uint8Array
          if (each.kind === 'publish') value = publishing(`m@${each.id}`, `bytes ${each.id}`, { description: String(each.words) })
          else if (target === undefined || history?.find(target) === undefined) continue
          else value = each.kind === 'retire' ? retiring(target) : rollingBack(target)
          records.push(value)
          applyIfPossible(live, value)
          if (isLoadedNow) load(live.registry.history('wine'), isBad)
        }
        load(live.registry.history('wine'), isBad)

        const late = createFold({ history: limit })
        for (const value of records) {
          applyIfPossible(late, value)
        }
        load(late.registry.history('wine'), isBad)
        const view = (history: DataTypeHistory | undefined): unknown => ({
          wanted: [history?.wanted?.id, history?.wanted?.descriptor.description],
          // What is listed beside the last ones depends on which versions are known to be bad.
          versions: history?.versions.slice(-limit).map(({ id, status }) => [id, status === 'retired']),
        })
        expect(view(late.registry.history('wine'))).toEqual(view(live.registry.history('wine')))
      },
    ),
    { numRuns: 1000 },
  )
})

test('a version is wanted as long as any that was published is neither bad nor retired', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.uniqueArray(fc.nat(5)), (steps, bad) => {
      const { registry, apply } = createFold()
      const isBad = ({ id }: ModelEntry): boolean => bad.includes(Number(id.slice(2)))
      const retired = new Set<string>()
      const published = new Set<string>()
      for (const each of steps) {
        if (each.kind === 'back') continue
        const id = `m@${each.id}`
        if (each.kind === 'publish') {
          apply(publishing(id, `bytes ${each.id}`))
          published.add(id)
          retired.delete(id)
        } else if (published.has(id) && (each.kind === 'retire' || !retired.has(id))) {
          apply(each.kind === 'retire' ? retiring(id) : rollingBack(id))
          if (each.kind === 'retire') retired.add(id)
        }
        load(registry.history('wine'), isBad)
        const good = [...published].filter((one) => !retired.has(one) && !bad.includes(Number(one.slice(2))))
        const wanted = registry.history('wine')?.wanted?.id
        expect(good.length === 0 ? [undefined] : good).toContain(wanted)
      }
    }),
    { numRuns: 500 },
  )
})
