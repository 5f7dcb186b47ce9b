import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PolicySpec } from '../../core/policy-spec.ts'
import { type Logged, redecide } from '../decisions/replay.ts'
import { arbitraryPolicy, MODELS } from '../testing/arbitrary-policy.ts'
import { plainly, type Said } from '../testing/plain-rule.ts'
import { RendezvousWorld } from '../testing/rendezvous-world.ts'

interface Arrival {
  readonly at: number
  readonly model: string
  readonly said: Said
}

interface PlainInput {
  readonly openedAt: number
  readonly spec: PolicySpec | undefined
  readonly epoch: number
  /** What was there with the input, and what came after it. */
  readonly first: readonly Arrival[]
  readonly arrivals: Arrival[]
}

/** What should happen, told as plainly as can be: all that arrives is noted, and answers are worked out from the notes at the end. */
class PlainModel {
  now = 0
  epoch = 0
  spec: PolicySpec | undefined
  readonly inputs = new Map<string, PlainInput>()
  readonly early = new Map<string, Arrival[]>()
  readonly removed = new Set<string>()

  open(id: string): void {
    if (this.inputs.has(id)) return
    const removed = [...this.removed].map((model): Arrival => ({ at: 0, model, said: 'removed' }))
    const first = [...(this.early.get(id) ?? []), ...removed]
    this.inputs.set(id, { openedAt: this.now, spec: this.spec, epoch: this.epoch, first, arrivals: [] })
  }

  score(id: string, model: string, said: Said): void {
    const input = this.inputs.get(id)
    if (input !== undefined) input.arrivals.push({ at: this.now - input.openedAt, model, said })
    else this.early.set(id, [...(this.early.get(id) ?? []), { at: 0, model, said }])
  }

  remove(model: string): void {
    if (this.removed.has(model)) return
    this.removed.add(model)
    for (const { arrivals, openedAt } of this.inputs.values()) arrivals.push({ at: this.now - openedAt, model, said: 'removed' })
  }
}

/** What an input must be answered with: the first answer as time goes on, millisecond by millisecond. */
function expected({ spec, first, arrivals }: PlainInput): { value: number | string | null; model: string | null; atMs: number } {
  if (spec === undefined) return { value: null, model: null, atMs: 0 }
  const said = new Map<string, Said>()
  const take = ({ model, said: what }: Arrival): void => void (said.has(model) || said.set(model, what))
  first.forEach(take)
  for (let ms = 0; ms <= spec.budgetMs!; ms++) {
    const final = ms === spec.budgetMs
    // What is due comes before what arrives in the same millisecond.
    for (const arrival of [undefined, ...(final ? [] : arrivals.filter(({ at }) => at === ms))]) {
      if (arrival !== undefined) take(arrival)
      const plain = plainly(spec.answer, { said, elapsedMs: ms, final })
      if (typeof plain === 'object') return { value: plain.value, model: plain.model, atMs: ms }
      if (plain === 'never' || final) return { value: typeof spec.default === 'object' ? spec.default.value : null, model: null, atMs: ms }
    }
  }
  throw new RangeError('time went on for ever')
}

const id = fc.integer({ min: 0, max: 7 }).map(String)
const modelName = fc.constantFrom(...MODELS)
const value = fc.oneof(fc.integer({ min: 0, max: 2 }), fc.constantFrom('x', 'y'))
const command = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant<'open'>('open'), id }) },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant<'score'>('score'),
      id,
      model: modelName,
      value: fc.option(value, { nil: undefined, freq: 5 }),
      confidence: fc.constantFrom(0, 0.25, 0.5, 0.75, 1),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant<'pass'>('pass'), ms: fc.integer({ min: 0, max: 25 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant<'stall'>('stall'), ms: fc.integer({ min: 0, max: 70 }) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant<'policy'>('policy'), spec: fc.option(arbitraryPolicy, { nil: undefined, freq: 8 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant<'remove'>('remove'), model: modelName }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant<'return'>('return'), model: modelName }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant<'crash'>('crash'), ms: fc.integer({ min: -20, max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant<'step'>('step'), ms: fc.integer({ min: -5000, max: 5000 }) }) },
)
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never

function run(world: RendezvousWorld, model: PlainModel, step: Command): void {
  const { rendezvous } = world
  if (step.do === 'open') {
    rendezvous.open({ id: step.id, dataType: 'wine' })
    model.open(step.id)
  } else if (step.do === 'score') {
    rendezvous.score({ id: step.id, model: step.model, value: step.value, confidence: step.confidence })
    model.score(step.id, step.model, step.value === undefined ? 'failed' : { value: step.value, confidence: step.confidence })
  } else if (step.do === 'policy') {
    rendezvous.setPolicy('wine', step.spec)
    model.spec = step.spec
    model.epoch++
  } else if (step.do === 'remove') {
    rendezvous.setInService('wine', step.model, false)
    model.remove(step.model)
  } else if (step.do === 'return') {
    rendezvous.setInService('wine', step.model, true)
    model.removed.delete(step.model)
  } else if (step.do === 'step') world.wallMs += step.ms
  else {
    if (step.do === 'crash') world.crash(step.ms)
    else world[step.do](step.ms)
    model.now += Math.max(0, step.ms)
  }
}

/** Long enough that nothing is forgotten: an input that is repeated after that is another one. */
const NEVER = { rememberMs: 1e9, holdMs: 1e9 }

describe('whatever happens in whatever order', () => {
  it('there is exactly one answer for each input, the right one, in time, and the same when it is decided again', () => {
    const seen = { decided: 0, byRule: 0, recovered: 0 }
    fc.assert(
      fc.property(arbitraryPolicy, fc.array(command, { minLength: 10, maxLength: 60 }), (spec, commands) => {
        const world = new RendezvousWorld({}, NEVER)
        const model = new PlainModel()
        const decidedBy = new Map<string, number>()
        for (const step of [{ do: 'policy', spec } as const, ...commands]) {
          run(world, model, step)
          for (const decision of world.decisions) if (!decidedBy.has(decision.id)) decidedBy.set(decision.id, model.now)
          expect(decidedBy.size).toBe(world.decisions.length)
          // Nobody has looked yet while the process stalls.
          const looked = step.do !== 'stall' && step.do !== 'step'
          const overdue = [...model.inputs].filter(([, input]) => looked && model.now - input.openedAt >= (input.spec?.budgetMs ?? 0))
          expect([...decidedBy.keys()]).toEqual(expect.arrayContaining(overdue.map(([key]) => key)))
        }
        world.pass(100)
        expect(world.decisions.map((decision) => decision.id).sort()).toEqual([...model.inputs.keys()].sort())
        for (const decision of world.decisions) {
          const { atMs, ...answer } = expected(model.inputs.get(decision.id)!)
          expect({ value: decision.value, model: decision.model }).toEqual(answer)
          const input = model.inputs.get(decision.id)!
          const by = (decidedBy.get(decision.id) ?? model.now + 100) - input.openedAt
          expect(decision.elapsedMs).toBeGreaterThanOrEqual(atMs)
          expect(decision.elapsedMs).toBeLessThanOrEqual(by)
          expect(again(input.spec, { decision })).toEqual(answer)
          seen.decided++
          if (decision.rule !== 'none' && decision.rule !== 'default') seen.byRule++
          if (decision.reason === 'recovered') seen.recovered++
        }
      }),
      { numRuns: 400 },
    )
    // The runs came to all of it.
    expect(Math.min(seen.decided, seen.byRule, seen.recovered)).toBeGreaterThan(20)
  })
})

function again(spec: PolicySpec | undefined, logged: Logged): { value: number | string | null; model: string | null } {
  const [decision] = spec === undefined ? [logged.decision] : redecide(spec, [logged])
  return { value: decision!.value, model: decision!.model }
}
