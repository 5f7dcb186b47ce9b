import type { ModelBody, ModelContext } from '../assembly/model-compiler.ts'
import { compileChain } from './chain.ts'
import { compileClassEnsemble } from './class-ensemble.ts'
import { compileForest } from './forest/compile-forest.ts'
import type { MiningPlan, MultipleModelMethod } from './mining-plan.ts'
import { compileNumberEnsemble } from './number-ensemble.ts'
import { byId, compileSegments } from './segment.ts'
import { compileSelection } from './selection.ts'

type Combination = (plan: MiningPlan, context: ModelContext) => ModelBody

/** How the results of segments become one (PMML 4.4.1, MultipleModels, MULTIPLE-MODEL-METHOD). */
const COMBINATIONS: Readonly<Record<MultipleModelMethod, Combination>> = {
  majorityVote: compileEnsemble,
  weightedMajorityVote: compileEnsemble,
  average: compileEnsemble,
  weightedAverage: compileEnsemble,
  median: compileEnsemble,
  weightedMedian: compileEnsemble,
  'x-weightedMedian': compileEnsemble,
  max: compileEnsemble,
  sum: compileEnsemble,
  weightedSum: compileEnsemble,
  'x-weightedSum': compileEnsemble,
  selectFirst: compileSelection,
  selectAll: compileSelection,
  modelChain: compileChain,
  multiModelChain: compileChain,
  'x-multiModelChain': compileChain,
}

/** Puts a MiningModel together. */
export function compileMining(plan: MiningPlan, context: ModelContext): ModelBody {
  return COMBINATIONS[plan.method](plan, context)
}

function compileEnsemble(plan: MiningPlan, context: ModelContext): ModelBody {
  const forest = compileForest(plan, context)
  if (forest !== undefined) return forest
  const segments = compileSegments(plan, context, { combined: true })
  const compile = plan.head.functionName === 'regression' ? compileNumberEnsemble : compileClassEnsemble
  return { ...compile(plan, context, segments), segments: byId(segments) }
}
