import { createForest } from '../../../forest/create-forest.ts'
import type { Forest, ForestOptions } from '../../../forest/forest.ts'
import type { Assembly } from '../../assembly/assembly.ts'
import type { Step } from '../../assembly/operand.ts'
import type { Features } from './features.ts'
import { createSetWalk } from './set-walk.ts'
import { factsOfSets } from './set-facts.ts'

/** A forest, and what is to be done to a row before it looks at it. */
export interface Scorer {
  readonly forest: Forest
  readonly steps: readonly Step[]
  /** Whether a text that the document does not know is in no set, or else must not be given to it. */
  readonly takesUnknown: boolean
}

/** Up to so many trees, a walk costs less than to find out all facts. */
const FEW_TREES = 4

/**
 * The quickest scorer of a forest: with sets of categories as facts where they are few, or as bits where a feature has few categories.
 * Undefined where there is none.
 */
export function createScorer(options: ForestOptions, features: Features, assembly: Assembly): Scorer | undefined {
  const steps = features.steps()
  if (options.nodes.categories === undefined) return { forest: createForest(options), steps, takesUnknown: true }
  const ways = [
    (): Scorer | undefined => {
      const facts = factsOfSets(options, (cells) => assembly.take(cells))
      return facts && { forest: createForest(facts.options), steps: [...steps, facts.step], takesUnknown: true }
    },
    (): Scorer | undefined => {
      const forest = createSetWalk(options)
      return forest && { forest, steps, takesUnknown: true }
    },
  ]
  if (options.nodes.roots.length <= FEW_TREES) ways.reverse()
  for (const way of ways) {
    const scorer = way()
    if (scorer !== undefined) return scorer
  }
  return features.hasNumberSets ? undefined : { forest: createForest(options), steps, takesUnknown: false }
}
