import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DrivenPartition } from '../../../test/fixtures/serving/driven-partition.ts'
import { turn } from '../../../test/fixtures/serving/policy-stage.ts'
import type { Decision } from '../../policies/decisions/decision.ts'
import { arbitraryPolicy, MODELS } from '../../policies/testing/arbitrary-policy.ts'
import { type Plain, plainly, type Said } from '../../policies/testing/plain-rule.ts'
import type { PolicySpec } from '../policy-spec.ts'

const record = fc.option(fc.integer({ min: 0, max: 9 }), { nil: null, freq: 12 })
const arm = fc.constantFrom(...MODELS)
const policy = fc
  .tuple(
    arbitraryPolicy,
    fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
    fc.constantFrom<PolicySpec['default'][]>(undefined, 'last-known'),
  )
  .map(([spec, entries, otherwise]): PolicySpec => {
    return { ...spec, ...(entries !== undefined && { cache: { entries } }), ...(otherwise !== undefined && { default: otherwise }) }
  })
const command = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant<'begin'>('begin'), numbers: fc.array(record, { minLength: 1, maxLength: 5 }) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant<'end'>('end'), which: fc.nat(9), fails: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant<'pass'>('pass'), ms: fc.integer({ min: 0, max: 30 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant<'stall'>('stall'), ms: fc.integer({ min: 0, max: 90 }) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant<'finish'>('finish') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant<'policy'>('policy'), spec: policy }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant<'swap'>('swap'), model: arm }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant<'remove'>('remove'), model: arm }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant<'crash'>('crash') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant<'step'>('step'), ms: fc.integer({ min: -5000, max: 5000 }) }) },
)
type Command = typeof command extends fc.Arbitrary<infer C> ? C : never

async function run(partition: DrivenPartition, step: Command): Promise<void> {
  const { stage } = partition
  if (step.do === 'begin') partition.begin(step.numbers)
  else if (step.do === 'end') {
    const [gate] = partition.gates.splice(step.which % Math.max(1, partition.gates.length), 1)
    if (step.fails) gate?.reject(new Error('out of order'))
    else gate?.resolve()
  } else if (step.do === 'pass') stage.time.advance(step.ms)
  else if (step.do === 'stall') stage.time.freeze(step.ms)
  else if (step.do === 'finish') partition.finish()
  else if (step.do === 'policy') partition.setPolicy(step.spec)
  else if (step.do === 'swap') partition.play(step.model)
  else if (step.do === 'remove') stage.operator.serveArm('a', step.model, undefined)
  else if (step.do === 'crash') partition.crash()
  else stage.time.step(step.ms)
  await turn()
}

/** What the plain rules make of the scores that a decision had: at that time, or, where all have spoken, as soon as they say something. */
function plainAnswer({ answer, budgetMs = 100, default: otherwise }: PolicySpec, { elapsedMs, scores, model }: Decision): unknown {
  const said = new Map(scores.map(({ model: name, outcome, value: score, confidence }): [string, Said] => [name, outcome === 'scored' ? { value: score!, confidence: confidence! } : outcome])) // prettier-ignore
  let plain: Plain = 'wait'
  for (let ms = elapsedMs; plain === 'wait'; ms = Math.min(budgetMs, Math.floor(ms) + 1)) {
    plain = plainly(answer, { said, elapsedMs: ms, final: ms >= budgetMs })
    if (plain === 'wait' && !(JSON.stringify(answer).match(/(?<=")[a-e](?=")/g) ?? []).every((name) => said.has(name))) return 'nothing yet'
  }
  const value = typeof plain === 'object' ? plain.value : typeof otherwise === 'object' ? otherwise.value : null
  return { value, model: typeof plain === 'object' ? plain.model : model === null ? null : 'none' }
}

test('whatever happens in whatever order, each record has exactly one answer, the one that its decision says, which is what the plain rules say of its scores', async () => {
  const seen = { answered: 0, rejected: 0, late: 0, checked: 0, cached: 0 }
  await fc.assert(
    fc.asyncProperty(policy, fc.subarray([...MODELS]), fc.array(command, { minLength: 8, maxLength: 40 }), async (spec, later, steps) => {
      const partition = new DrivenPartition(spec, later)
      for (const step of steps) await run(partition, step)
      for (let i = 0; i < 100 && (partition.begun.length > 0 || partition.gates.length > 0); i++) {
        partition.stage.time.advance(100)
        for (const gate of partition.gates.splice(0)) gate.resolve()
        await turn()
        partition.finish()
      }
      expect(partition.begun).toEqual([])
      expect([...partition.answers.keys()]).toHaveLength(partition.log.length)
      for (const [id, answer] of partition.answers) {
        // Where no model is in service, nothing is decided.
        const { value = null } = partition.decisions.get(id) ?? {}
        expect(value === null ? 'rejected' : { score: String(value) }).toEqual(answer)
        seen[answer === 'rejected' ? 'rejected' : 'answered']++
      }
      for (const decision of partition.decisions.values()) {
        const decided = partition.specs[decision.epoch - 1]!
        if (decided.default === 'last-known') continue
        expect({ value: decision.value, model: decision.model }).toEqual(plainAnswer(decided, decision))
        seen.checked++
      }
      for (const { id } of partition.late) expect(partition.decisions.has(id)).toBe(true)
      seen.late += partition.late.length
      const statistics = [...partition.stage.lane.allStatistics()]
      expect(statistics.reduce((sum, { usage }) => sum + usage, 0)).toBe(partition.answered)
      seen.cached += statistics.reduce((sum, { cache }) => sum + (cache === undefined ? 0 : cache.hits + cache.coalesced), 0)
    }),
    { numRuns: 150 },
  )
  // The runs came to all of it.
  expect(Math.min(...Object.values(seen))).toBeGreaterThan(20)
})
