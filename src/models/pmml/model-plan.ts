import type { AnomalyDetectionPlan } from './anomaly-detection/anomaly-detection-plan.ts'
import type { AssociationPlan } from './association/association-plan.ts'
import type { BaselinePlan } from './baseline/baseline-plan.ts'
import type { BayesianNetworkPlan } from './bayesian-network/bayesian-network-plan.ts'
import type { ClusteringPlan } from './clustering/clustering-plan.ts'
import type { DefineFunction, DerivedField } from './expressions/expression.ts'
import type { DataField } from './fields/data-field.ts'
import type { MiningField } from './fields/mining-field.ts'
import type { OutputField } from './fields/output-field.ts'
import type { Target } from './fields/target.ts'
import type { GaussianProcessPlan } from './gaussian-process/gaussian-process-plan.ts'
import type { GeneralRegressionPlan } from './general-regression/general-regression-plan.ts'
import type { MiningPlan } from './mining/mining-plan.ts'
import type { NeuralNetworkPlan } from './neural-network/neural-network-plan.ts'
import type { NaiveBayesPlan } from './naive-bayes/naive-bayes-plan.ts'
import type { NearestNeighborPlan } from './nearest-neighbor/nearest-neighbor-plan.ts'
import type { RuleSetPlan } from './rule-set/rule-set-plan.ts'
import type { ScorecardPlan } from './scorecard/scorecard-plan.ts'
import type { SupportVectorMachinePlan } from './support-vector-machine/support-vector-machine-plan.ts'
import type { RegressionPlan } from './regression/regression-plan.ts'
import type { TimeSeriesPlan } from './time-series/time-series-plan.ts'
import type { TreePlan } from './tree/tree-plan.ts'
import type { VerificationPlan } from './verification/verification-plan.ts'
import type { Element } from './xml/element.ts'

/**
 * A document as typed plain data: what lowering makes of the XML and assembly makes a model of. It can be cloned between threads,
 * and large parts of it are typed arrays so that cloning is cheap.
 */
export interface DocumentPlan {
  readonly fields: readonly DataField[]
  readonly functions: readonly DefineFunction[]
  readonly derivedFields: readonly DerivedField[]
  readonly model: ModelPlan
  /** What the model must answer to be used. */
  readonly verification?: VerificationPlan
}

/** A model element of any kind. */
export type ModelPlan =
  | AnomalyDetectionPlan
  | AssociationPlan
  | BaselinePlan
  | BayesianNetworkPlan
  | ClusteringPlan
  | GaussianProcessPlan
  | GeneralRegressionPlan
  | MiningPlan
  | NaiveBayesPlan
  | NearestNeighborPlan
  | NeuralNetworkPlan
  | RegressionPlan
  | RuleSetPlan
  | ScorecardPlan
  | SupportVectorMachinePlan
  | TimeSeriesPlan
  | TreePlan

/** What every model element has. */
export interface ModelHead {
  readonly functionName: FunctionName
  readonly miningFields: readonly MiningField[]
  readonly derivedFields: readonly DerivedField[]
  readonly targets: readonly Target[]
  readonly outputFields: readonly OutputField[]
  /** Where true, its arithmetic is that of 32-bit floats (`x-mathContext="float"`). */
  readonly singlePrecision: boolean
  /** Whether a model around it asks for the entity that wins. */
  readonly wantsEntity?: true
}

export type FunctionName = 'regression' | 'classification' | 'clustering' | 'associationRules' | 'timeSeries' | 'mixed'

/** Lowers a model element inside another one. */
export type LowerModel = (element: Element) => ModelPlan
