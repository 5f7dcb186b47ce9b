import { z } from 'zod'
import type { PolicySpec, RuleSpec } from '../core/policy-spec.ts'
import { oneOf, section, text } from './schema-parts.ts'

/*
 * The shape of policies. What is wrong between values that are right by themselves (an even consensus, percentages that don't add up to 100)
 * is said by `policyProblems` of the policies room, in the same words for configuration and control messages.
 */

const number = (right: string) => z.number({ error: right })
const list = <T extends z.core.SomeType>(of: T, right: string) => z.array(of, { error: right }).max(32, { error: `${right}, at most 32` })

const MODEL = 'the name of a model, or an alias such as champion'
const RULE =
  'the name of a model, or one of { primary }, { split }, { speculative }, { consensus }, { quality }, { bagging }, { cascade }, { rendezvous }, { within }, { bandit }'
const RULES = 'a list of models or rules, such as [champion, challenger]'
const WEIGHT = 'a number of 0 or more'
const ENOUGH = 'a confidence from 0 to 1'
const MS = 'a number of milliseconds'
const PERCENT = 'a percentage from 0 to 100'

/** Rules are made of rules, so the schema of one is only known later. */
const one = () => z.lazy((): z.ZodType<RuleSpec> => rule)
const rules = () => list(one(), RULES)

const ARMS = 'a list of arms, such as [{ percent: 95, answer: champion }, { percent: 5, answer: canary }]'
const STEPS = 'a list of steps, such as [{ afterMs: 0, accept: [smart] }, { afterMs: 20, accept: [smart, fast] }]'

const rule: z.ZodType<RuleSpec> = z.union(
  [
    text(MODEL),
    section({ primary: text(MODEL) }),
    section({
      split: section({
        salt: z.string({ error: 'a text' }).optional(),
        arms: list(section({ percent: number(PERCENT), answer: one() }), ARMS),
      }),
    }),
    section({ speculative: section({ smart: one(), fast: one(), afterMs: number(`${MS}: how long the smart answer is waited for`) }) }),
    section({ consensus: section({ of: rules() }) }),
    section({ quality: section({ of: rules(), enough: number(ENOUGH).optional() }) }),
    section({
      bagging: section({
        of: rules(),
        by: oneOf(['mean', 'vote']),
        weights: list(number(WEIGHT), 'a list of numbers, one for each member').optional(),
      }),
    }),
    section({ cascade: section({ stages: rules(), enough: number(ENOUGH).optional() }) }),
    section({
      rendezvous: section({
        schedule: list(section({ afterMs: number(MS), accept: rules() }), STEPS),
        atDeadline: rules().optional(),
      }),
    }),
    section({ within: section({ ms: number(`${MS}: how long this part may take`), answer: one() }) }),
    section({
      bandit: section({
        name: text('the name that rewards use'),
        by: oneOf(['epsilon-greedy', 'thompson', 'exp3', 'exp4']),
        of: rules(),
        epsilon: number('a number from 0 to 1: how often a member is chosen at random').optional(),
        eta: number('a number of more than 0: how fast it learns').optional(),
        combine: oneOf(['mean', 'vote']).optional(),
      }),
    }),
  ],
  { error: RULE },
)

const DEFAULT = 'none, last-known or { value: <number or text> }'

const policyShape = section({
  name: text('a name').optional(),
  answer: rule,
  budgetMs: number(`${MS}: from the arrival of the input to the answer, at most`).optional(),
  default: z
    .union(
      [
        z.enum(['none', 'last-known'], { error: DEFAULT }),
        section({ value: z.union([z.number(), z.string().max(1024)], { error: DEFAULT }) }),
      ],
      {
        error: DEFAULT,
      },
    )
    .optional(),
  shadow: list(
    section({ model: text(MODEL), percent: number(PERCENT).optional() }),
    'a list of shadows, such as [{ model: challenger }]',
  ).optional(),
  reference: list(text(MODEL), 'a list of models').optional(),
  cache: section({
    entries: number('a whole number: how many answers of each model are remembered'),
    of: list(text(MODEL), 'a list of models of the policy').optional(),
  }).optional(),
  decoy: list(text('the name of a consumer'), 'a list of names').optional(),
})

/** Objects and lists within each other, at most, in what a policy can be. */
const MAX_NESTING = 64

function isDeep(value: unknown, left = MAX_NESTING): boolean {
  if (typeof value !== 'object' || value === null) return false
  return left === 0 || Object.values(value).some((part) => isDeep(part, left - 1))
}

/** The shape of one policy, from a configuration or a control message. */
export const policySchema = z
  .unknown()
  .refine((value) => !isDeep(value), { error: `a policy of at most ${MAX_NESTING} levels`, abort: true })
  .pipe(policyShape satisfies z.ZodType<PolicySpec>)

/** The policy that a value is by its shape. Throws what is wrong with it. */
export function readPolicy(value: unknown): PolicySpec {
  return policySchema.parse(value)
}
