import { createLearner, isUsableLoss, type Learner, type Loss } from '../bandits/learner.ts'
import { saltSeed, unitHash } from '../hash/murmur.ts'
import { checkPolicy, type KnownModels } from '../spec/check-policy.ts'
import type { PolicyArm } from '../../core/arms-policy.ts'
import { effectiveBudgetMs, type DefaultSpec, type PolicySpec, type RuleSpec } from '../../core/policy-spec.ts'
import { modelsOf, partsOf } from '../spec/rule-parts.ts'
import { RuleMaker } from './make-rule.ts'
import { type Draw, micros, ModelRule, type Rule } from './rule.ts'

export type { PolicyArmRole } from '../../core/arms-policy.ts'

/**
 * A policy that is ready to decide. Apart from what its bandits learn it does not change; one thread uses it.
 */
export class CompiledPolicy {
  readonly spec: PolicySpec
  readonly name: string
  readonly arms: readonly PolicyArm[]
  readonly rule: Rule
  readonly budgetMs: number
  readonly default: DefaultSpec
  /** When, in microseconds since the input arrived, rules may say something else though no score came; ascending, none is 0. */
  readonly ticks: readonly number[]
  /** The names of the choices that it makes for a record. */
  readonly choices: readonly string[]
  readonly #armOf: ReadonlyMap<string, number>
  readonly #decoys: ReadonlySet<string>
  readonly #shadowSeeds: readonly number[]
  readonly #learners = new Map<string, { readonly members: number; readonly kind: string; readonly learner: Learner }>()

  /** Throws `policy.invalid`. */
  constructor(spec: PolicySpec, known: KnownModels = {}) {
    checkPolicy(spec, known)
    const ticks = new Set<number>()
    const choices: string[] = []
    this.spec = spec
    this.arms = [
      ...modelsOf(spec.answer).map((model): PolicyArm => ({ model, role: 'answer', percent: 100 })),
      ...(spec.shadow ?? []).map(({ model, percent = 100 }): PolicyArm => ({ model, role: 'shadow', percent })),
      ...(spec.reference ?? []).map((model): PolicyArm => ({ model, role: 'reference', percent: 100 })),
    ].map((arm) => withCache(arm, spec))
    this.#armOf = new Map(this.arms.map(({ model }, i) => [model, i]))
    this.#decoys = new Set(spec.decoy)
    this.#shadowSeeds = this.arms.map(({ model }) => saltSeed(`shadow ${model}`))
    this.rule = new RuleMaker({
      arm: (model) => this.#armOf.get(model)!,
      choice: (name) => choices.push(name) - 1,
      tick: (ms) => {
        ticks.add(micros(ms))
        return micros(ms)
      },
      learner: (bandit) => {
        const before = this.#learners.get(bandit.name)
        if (before !== undefined) return before.learner
        const learner = createLearner(bandit)
        this.#learners.set(bandit.name, { members: bandit.of.length, kind: bandit.by, learner })
        return learner
      },
    }).make(spec.answer, '')
    this.name = spec.name ?? nameOf(spec)
    this.budgetMs = effectiveBudgetMs(spec.budgetMs)
    this.default = spec.default ?? 'none'
    this.ticks = [...ticks].filter((tick) => tick > 0).sort((a, b) => a - b)
    this.choices = choices
  }

  /** The place of a model among the arms, undefined where it has none. */
  armOf(model: string): number | undefined {
    return this.#armOf.get(model)
  }

  /** Whether every record asks all arms: no choices are made, and no shadow sees only some. */
  get asksAll(): boolean {
    return this.choices.length === 0 && this.arms.every(({ percent }) => percent >= 100)
  }

  /** Whether it has one arm only, which answers every record by itself. */
  get isSingle(): boolean {
    return this.arms.length === 1 && this.rule instanceof ModelRule
  }

  /** Whether any of its rules prefers other answers as time goes on. */
  get hasSchedule(): boolean {
    return isScheduled(this.spec.answer)
  }

  isDecoy(model: string): boolean {
    return this.#decoys.has(model)
  }

  /** Makes the choices for a record and asks for the arms that are wanted, in the draw's row. */
  plan(draw: Draw): void {
    this.rule.plan(draw)
    for (let arm = 0; arm < this.arms.length; arm++) {
      const { role, percent } = this.arms[arm]!
      if (role === 'answer') continue
      if (percent < 100 && unitHash(draw.key, this.#shadowSeeds[arm]!, draw.keyRange) * 100 >= percent) continue
      draw.ballots.asked[draw.row]! |= 1 << arm
    }
  }

  /** Lets a bandit learn. False where there is no such bandit, or nothing can be learned from the loss. */
  learn(bandit: string, loss: Loss): boolean {
    const known = this.#learners.get(bandit)
    if (known === undefined || !isUsableLoss(loss, known.members)) return false
    known.learner.learn(loss)
    return true
  }

  /** The bandits' probabilities (for exp4: weights), by name. */
  learned(): Map<string, readonly number[]> {
    return new Map([...this.#learners].map(([name, { learner }]) => [name, [...learner.probabilities]]))
  }

  /** All that the bandits have learned. */
  learnerStates(): Record<string, number[]> {
    return Object.fromEntries([...this.#learners].map(([name, { kind, learner }]) => [`${kind} ${name}`, learner.state()]))
  }

  /** Takes over what the bandits of the same name, kind and number of members have learned. */
  restoreLearners(states: Readonly<Record<string, readonly number[]>>): void {
    for (const [name, { kind, learner }] of this.#learners) {
      const key = `${kind} ${name}`
      const state = Object.hasOwn(states, key) ? states[key]! : undefined
      if (state?.length === learner.state().length && state.every((value) => Number.isFinite(value))) learner.restore(state)
    }
  }
}

function isScheduled(rule: RuleSpec): boolean {
  return (typeof rule === 'object' && 'rendezvous' in rule) || partsOf(rule).some((part) => isScheduled(part.rule))
}

function withCache(arm: PolicyArm, { cache }: PolicySpec): PolicyArm {
  const isCached = cache !== undefined && cache.of?.includes(arm.model) !== false
  return isCached ? { ...arm, cacheEntries: cache.entries } : arm
}

function nameOf({ answer }: PolicySpec): string {
  return typeof answer === 'string' ? 'primary' : Object.keys(answer)[0]!
}
