import { createForest } from '../../../forest/create-forest.ts'
import type { Forest, ForestOptions } from '../../../forest/forest.ts'
import type { Assembly } from '../../assembly/assembly.ts'
import type { Step } from '../../assembly/operand.ts'
import { createSetWalk } from './set-walk.ts'
import { factsOfSets } from './set-facts.ts'

/** A forest, and what is to be done to a row before it looks at it. */
export interface Scorer {
  readonly forest: Forest
  readonly steps: readonly Step[]
  /** Whether a text that the document does not know is in no set, or else must not be given to it. */
  readonly takesUnknown: boolean
}

/** The quickest scorer of a forest: with sets of categories as facts where they are few, or as bits where a feature has few categories. */
export function createScorer(options: ForestOptions, steps: readonly Step[], assembly: Assembly): Scorer {
  if (options.nodes.categories === undefined) return { forest: createForest(options), steps, takesUnknown: true }
  const facts = factsOfSets(options, (cells) => assembly.take(cells))
  if (facts !== undefined) return { forest: createForest(facts.options), steps: [...steps, facts.step], takesUnknown: true }
  const walk = createSetWalk(options)
  return { forest: walk ?? createForest(options), steps, takesUnknown: walk !== undefined }
}
