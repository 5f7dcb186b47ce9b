/**
 * How the answer is chosen, as data: the name of a model, or one rule around others. Rules compose: wherever a rule takes rules,
 * a model's name will do, and so will any other rule.
 */
export type RuleSpec =
  | string
  | { readonly primary: string }
  | { readonly split: SplitSpec }
  | { readonly speculative: SpeculativeSpec }
  | { readonly consensus: ConsensusSpec }
  | { readonly quality: QualitySpec }
  | { readonly bagging: BaggingSpec }
  | { readonly cascade: CascadeSpec }
  | { readonly rendezvous: ScheduleSpec }
  | { readonly within: WithinSpec }
  | { readonly bandit: BanditSpec }

/** Records go to one of the arms by a hash of key and salt, so that a replay, and another process, chooses the same. */
export interface SplitSpec {
  /** Splits with different salts are independent of each other. */
  readonly salt?: string | undefined
  readonly arms: readonly { readonly percent: number; readonly answer: RuleSpec }[]
}

/** The smart answer where it is there by `afterMs`, else the fast one. */
export interface SpeculativeSpec {
  readonly smart: RuleSpec
  readonly fast: RuleSpec
  readonly afterMs: number
}

/** The value of most of an odd number of members, at once when more than half agree. */
export interface ConsensusSpec {
  readonly of: readonly RuleSpec[]
}

/** The answer with the highest confidence; at once where one has `enough`. */
export interface QualitySpec {
  readonly of: readonly RuleSpec[]
  readonly enough?: number | undefined
}

/** One answer made of all: the mean of numbers, or the value with most votes; each member counts by its weight. */
export interface BaggingSpec {
  readonly of: readonly RuleSpec[]
  readonly by: 'mean' | 'vote'
  /** One for each member; all 1 where absent. */
  readonly weights?: readonly number[] | undefined
}

/** Stages that improve on one another: the last one's answer, or at time-out that of the last one that finished. */
export interface CascadeSpec {
  readonly stages: readonly RuleSpec[]
  /** A stage with this confidence ends the cascade. */
  readonly enough?: number | undefined
}

/** From `afterMs` on, the first of `accept` that has answered is the answer. */
export interface ScheduleStep {
  readonly afterMs: number
  readonly accept: readonly RuleSpec[]
}

export interface ScheduleSpec {
  /** In order of time. A step whose models can't answer any more ends early. */
  readonly schedule: readonly ScheduleStep[]
  /** The order of preference at the deadline; where absent, that of the last step, then of the steps before it. */
  readonly atDeadline?: readonly RuleSpec[] | undefined
}

/** A deadline of its own for a part of the policy: what finished within `ms` is made into the answer then. */
export interface WithinSpec {
  readonly ms: number
  readonly answer: RuleSpec
}

export type BanditKind = 'epsilon-greedy' | 'thompson' | 'exp3' | 'exp4'

/**
 * Learns from rewards which member is best. All kinds but `exp4` choose one member a record, with a propensity that the decision has;
 * `exp4` combines all members by learned weights.
 */
export interface BanditSpec {
  /** What rewards call it. */
  readonly name: string
  readonly by: BanditKind
  readonly of: readonly RuleSpec[]
  /** How often epsilon-greedy, and exp3 where it is given, choose at random: from 0 to 1. */
  readonly epsilon?: number | undefined
  /** How fast exp3 and exp4 learn; 0.1 where absent. */
  readonly eta?: number | undefined
  /** How exp4 combines; `mean` where absent. */
  readonly combine?: 'mean' | 'vote' | undefined
}

/** What is answered where nobody did: nothing, a constant, or the last answer for the record's key (nothing where there is none). */
export type DefaultSpec = 'none' | 'last-known' | { readonly value: number | string }

/** For each of the models, so many of the answers that were asked for last are remembered, by the exact bytes of the inputs. */
export interface CacheSpec {
  readonly entries: number
  /** All models of the policy where absent. */
  readonly of?: readonly string[] | undefined
}

/** The policy of one data type, as configuration and control messages have it. */
export interface PolicySpec {
  readonly name?: string | undefined
  readonly answer: RuleSpec
  /** From the arrival of the input to the answer, at most. Absent, 0 and less: 100. */
  readonly budgetMs?: number | undefined
  readonly default?: DefaultSpec | undefined
  /** Models that score along and never answer, on all records or a fraction of them. */
  readonly shadow?: readonly { readonly model: string; readonly percent?: number | undefined }[] | undefined
  /** Stable models that always run and never answer: what others, and the input, are compared with. */
  readonly reference?: readonly string[] | undefined
  /** Answers that are remembered; none where absent. */
  readonly cache?: CacheSpec | undefined
  /** Consumers that archive their input. They give no scores, and nobody waits for them. */
  readonly decoy?: readonly string[] | undefined
}

/** The budget of a policy, or of a request, that has none. */
export const DEFAULT_BUDGET_MS = 100
/** The longest time that a policy can speak of: a day. */
export const MAX_BUDGET_MS = 86_400_000
/** Answers that are remembered for a model, at most. */
export const MAX_CACHE_ENTRIES = 10_000_000
/** Models of one policy, at most: they are bits of one integer. */
export const MAX_ARMS = 32
/** Rules within rules, at most. */
export const MAX_DEPTH = 8

/** A budget as it counts: one that is absent, 0, negative or not a number is the one that stands in for it. */
export function effectiveBudgetMs(budgetMs: number | undefined, otherwise: number = DEFAULT_BUDGET_MS): number {
  return budgetMs !== undefined && budgetMs > 0 ? Math.min(budgetMs, MAX_BUDGET_MS) : otherwise
}
