import type { Learner } from '../bandits/learner.ts'
import { saltSeed } from '../hash/murmur.ts'
import type { BanditSpec, RuleSpec, ScheduleSpec, SpeculativeSpec, SplitSpec } from '../../core/policy-spec.ts'
import { BaggingRule } from './bagging.ts'
import { CascadeRule } from './cascade.ts'
import { ChoiceRule } from './choice.ts'
import { ConsensusRule } from './consensus.ts'
import { QualityRule } from './quality.ts'
import { ModelRule, type Rule } from './rule.ts'
import { ScheduleRule } from './schedule.ts'
import { WithinRule } from './within.ts'

/** What a policy keeps for the rules that it is made of. */
export interface RuleSetting {
  /** The place of a model among the policy's arms. */
  arm(model: string): number
  /** The place of a choice among the policy's choices, for a bandit or a split of this name. */
  choice(name: string): number
  /** So long after the input arrived, a rule may say something else though no score came. Milliseconds are given, microseconds returned. */
  tick(ms: number): number
  learner(spec: BanditSpec): Learner
}

/** Makes rules from what a policy says. The same words in the same place are the same rule, so that a choice is made once. */
export class RuleMaker {
  readonly #setting: RuleSetting
  readonly #made = new Map<string, Rule>()

  constructor(setting: RuleSetting) {
    this.#setting = setting
  }

  /** `prefix` goes before the name that decisions have for the rule. */
  make(spec: RuleSpec, prefix: string): Rule {
    const key = `${prefix}\n${JSON.stringify(spec)}`
    const known = this.#made.get(key)
    if (known !== undefined) return known
    const rule = this.#new(spec, prefix)
    this.#made.set(key, rule)
    return rule
  }

  #new(spec: RuleSpec, prefix: string): Rule {
    const all = (specs: readonly RuleSpec[]): Rule[] => specs.map((part) => this.make(part, prefix))
    if (typeof spec === 'string') return new ModelRule(this.#setting.arm(spec), `${prefix}primary`)
    if ('primary' in spec) return new ModelRule(this.#setting.arm(spec.primary), `${prefix}primary`)
    if ('split' in spec) return this.#split(spec.split, prefix)
    if ('speculative' in spec) return this.#speculative(spec.speculative, prefix)
    if ('consensus' in spec) return new ConsensusRule(all(spec.consensus.of), prefix)
    if ('quality' in spec) return new QualityRule(all(spec.quality.of), spec.quality.enough, prefix)
    if ('bagging' in spec) {
      const { of, by, weights } = spec.bagging
      return new BaggingRule(all(of), { by, weights: Float64Array.from(weights ?? of.map(() => 1)), name: `${prefix}bagging:${by}` })
    }
    if ('cascade' in spec) return new CascadeRule(all(spec.cascade.stages), spec.cascade.enough, prefix)
    if ('within' in spec) return new WithinRule(this.make(spec.within.answer, prefix), this.#setting.tick(spec.within.ms))
    if ('bandit' in spec) return this.#bandit(spec.bandit, prefix)
    return this.#schedule(spec.rendezvous, prefix)
  }

  #split({ salt = '', arms }: SplitSpec, prefix: string): Rule {
    // First, so that decisions have their choices from the outside in.
    const at = this.#setting.choice('split')
    const members = arms.map((arm, i) => this.make(arm.answer, `${prefix}split[${i}]/`))
    const probabilities = Float64Array.from(arms, (arm) => arm.percent / 100)
    return new ChoiceRule(members, { at, probabilities, seed: saltSeed(salt), by: 'key' })
  }

  #bandit(spec: BanditSpec, prefix: string): Rule {
    const learner = this.#setting.learner(spec)
    if (spec.by === 'exp4') {
      const members = spec.of.map((part) => this.make(part, prefix))
      return new BaggingRule(members, { by: spec.combine ?? 'mean', weights: learner.probabilities, name: `${prefix}bandit:exp4` })
    }
    const at = this.#setting.choice(spec.name)
    const members = spec.of.map((part, i) => this.make(part, `${prefix}${spec.by}[${i}]/`))
    const drawn = {
      at,
      seed: saltSeed(`bandit ${spec.name}`),
      by: 'id' as const,
      get probabilities() {
        return learner.probabilities
      },
    }
    return new ChoiceRule(members, drawn)
  }

  /** A schedule of two steps: first only the smart answer, then either. */
  #speculative({ smart, fast, afterMs }: SpeculativeSpec, prefix: string): Rule {
    const both = [this.make(smart, prefix), this.make(fast, prefix)]
    const names = [`${prefix}speculative:smart`, `${prefix}speculative:fast`]
    const steps = [
      { after: 0, accept: both.slice(0, 1), names },
      { after: this.#setting.tick(afterMs), accept: both, names },
    ]
    return new ScheduleRule(steps, both, names)
  }

  #schedule({ schedule, atDeadline }: ScheduleSpec, prefix: string): Rule {
    const steps = schedule.map(({ afterMs, accept }) => ({
      after: this.#setting.tick(afterMs),
      accept: accept.map((part) => this.make(part, prefix)),
      names: accept.map(() => `${prefix}rendezvous:after-${afterMs}ms`),
    }))
    const named = atDeadline?.map((part) => this.make(part, prefix))
    const last = [...new Set(named ?? steps.toReversed().flatMap((step) => step.accept))]
    return new ScheduleRule(
      steps,
      last,
      last.map(() => `${prefix}rendezvous:last`),
    )
  }
}
