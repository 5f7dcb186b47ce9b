import { SluiceError } from '../../core/errors.ts'
import { derivedFieldsIn, functionsIn } from './expressions/lower-derived-field.ts'
import { readDataField } from './fields/data-field.ts'
import { miningFieldsIn } from './fields/mining-field.ts'
import { outputFieldsIn } from './fields/output-field.ts'
import { targetsIn } from './fields/target.ts'
import { lowerGaussianProcess } from './gaussian-process/lower-gaussian-process.ts'
import { lowerGeneralRegression } from './general-regression/lower-general-regression.ts'
import { lowerMining } from './mining/lower-mining.ts'
import type { DocumentPlan, FunctionName, LowerModel, ModelHead, ModelPlan } from './model-plan.ts'
import { lowerNeuralNetwork } from './neural-network/lower-neural-network.ts'
import { lowerAnomalyDetection } from './anomaly-detection/lower-anomaly-detection.ts'
import { lowerAssociation } from './association/lower-association.ts'
import { lowerBaseline } from './baseline/lower-baseline.ts'
import { lowerBayesianNetwork } from './bayesian-network/lower-bayesian-network.ts'
import { lowerClustering } from './clustering/lower-clustering.ts'
import { lowerNaiveBayes } from './naive-bayes/lower-naive-bayes.ts'
import { lowerNearestNeighbor } from './nearest-neighbor/lower-nearest-neighbor.ts'
import { lowerRuleSet } from './rule-set/lower-rule-set.ts'
import { lowerScorecard } from './scorecard/lower-scorecard.ts'
import { lowerSupportVectorMachine } from './support-vector-machine/lower-support-vector-machine.ts'
import { lowerRegression } from './regression/lower-regression.ts'
import { MODEL_ELEMENTS } from './support.ts'
import { lowerTimeSeries } from './time-series/lower-time-series.ts'
import { lowerTree } from './tree/lower-tree.ts'
import { NodeReader } from './tree/node-reader.ts'
import { verificationIn } from './verification/lower-verification.ts'
import { choice, flag, requiredText, text } from './xml/attributes.ts'
import type { Watcher } from './xml/parse-document.ts'
import { child, childrenOf, type Element, malformed, requiredChild, unsupported } from './xml/element.ts'

type Lower = (element: Element, head: ModelHead, lowerModel: LowerModel) => ModelPlan

const LOWERINGS: Readonly<Record<ModelPlan['kind'], Lower>> = {
  TreeModel: lowerTree,
  MiningModel: lowerMining,
  RegressionModel: lowerRegression,
  GeneralRegressionModel: lowerGeneralRegression,
  NeuralNetwork: lowerNeuralNetwork,
  AnomalyDetectionModel: lowerAnomalyDetection,
  AssociationModel: lowerAssociation,
  BaselineModel: lowerBaseline,
  BayesianNetworkModel: lowerBayesianNetwork,
  GaussianProcessModel: lowerGaussianProcess,
  TimeSeriesModel: lowerTimeSeries,
  ClusteringModel: lowerClustering,
  NaiveBayesModel: lowerNaiveBayes,
  NearestNeighborModel: lowerNearestNeighbor,
  RuleSetModel: lowerRuleSet,
  Scorecard: lowerScorecard,
  SupportVectorMachineModel: lowerSupportVectorMachine,
}

const NUMBER_OR_CLASS = ['regression', 'classification'] as const

/** What each kind of model may be for (PMML 4.4.1, General Structure, MINING-FUNCTION). */
const FUNCTIONS: Readonly<Record<ModelPlan['kind'], readonly FunctionName[]>> = {
  TreeModel: NUMBER_OR_CLASS,
  MiningModel: [...NUMBER_OR_CLASS, 'clustering', 'mixed'],
  RegressionModel: NUMBER_OR_CLASS,
  GeneralRegressionModel: NUMBER_OR_CLASS,
  NeuralNetwork: [...NUMBER_OR_CLASS, 'mixed'],
  AnomalyDetectionModel: ['regression'],
  AssociationModel: ['associationRules'],
  BaselineModel: ['regression'],
  BayesianNetworkModel: ['classification'],
  GaussianProcessModel: ['regression'],
  TimeSeriesModel: ['timeSeries', 'regression'],
  ClusteringModel: ['clustering'],
  NaiveBayesModel: ['classification'],
  NearestNeighborModel: [...NUMBER_OR_CLASS, 'clustering', 'mixed'],
  RuleSetModel: ['classification'],
  Scorecard: ['regression'],
  SupportVectorMachineModel: NUMBER_OR_CLASS,
}

const VERSION = /^(?:3\.[0-2]|4\.[0-4](?:\.\d+)?)$/
const NAMESPACE = /^https?:\/\/www\.dmg\.org\/(?:.*\/)?PMML-(?:3_[0-2]|4_[0-4])$/

/** Lowers a document while it is parsed, so that no more than one segment of it need be there as elements. */
export interface DocumentLowering {
  /** To see each element while the document is parsed. */
  readonly watcher: Watcher
  /**
   * Makes typed plain data of a parsed document, checking everything that can be checked without evaluating. Throws `model.malformed`
   * or `model.unsupported`. Where a document has several models, the first one that is scorable is the document's model.
   */
  lower(root: Element): DocumentPlan
}

/** `keep` makes of a segment's plan what is kept until the document is complete. */
export function createDocumentLowering(keep: (plan: ModelPlan) => ModelPlan = (plan) => plan): DocumentLowering {
  const lowered = new WeakMap<Element, ModelPlan>()
  const lowerAny = (element: Element): ModelPlan => lowered.get(element) ?? lowerModel(element, lowerAny)
  const nodes = new NodeReader(lowerAny)
  const watcher: Watcher = {
    open(element, parent) {
      if (element.name === 'Node') nodes.open(element, parent)
    },
    close(element, parent) {
      if (element.name === 'Node') return nodes.close()
      if (parent?.name !== 'Segment' || !MODEL_ELEMENTS.has(element.name)) return element
      try {
        const plan = keep(lowerAny(element))
        const rest = { ...element, children: [] }
        lowered.set(rest, plan)
        return rest
      } catch (error) {
        // It may be in a model that the document is not loaded for; if not, it fails again.
        if (error instanceof SluiceError) return element
        throw error
      }
    },
  }
  return {
    watcher,
    lower: (root) => lowerDocument(root, lowerAny),
  }
}

function lowerDocument(root: Element, lower: LowerModel): DocumentPlan {
  if (root.name !== 'PMML') throw new SluiceError('model.malformed', `the root element is <${root.name}>; it must be <PMML>`)
  checkVersion(root)
  const models = root.children.filter((candidate) => MODEL_ELEMENTS.has(candidate.name))
  const model = models.find((candidate) => flag(candidate, 'isScorable', true))
  if (model === undefined) {
    throw models.length === 0 ? malformed(root, 'has no model') : unsupported(models[0]!, `<${models[0]!.name}> with isScorable="false"`)
  }
  const transformations = child(root, 'TransformationDictionary')
  const verification = verificationIn(model)
  return {
    fields: childrenOf(requiredChild(root, 'DataDictionary'), 'DataField').map(readDataField),
    functions: functionsIn(transformations),
    derivedFields: derivedFieldsIn(transformations),
    model: lower(model),
    ...(verification !== undefined && { verification }),
  }
}

/** The elements that stand for models inside of other models (PMML 4.4.1, TreeModel, EmbeddedModel). */
const EMBEDDED: Readonly<Record<string, ModelPlan['kind']>> = { Regression: 'RegressionModel', DecisionTree: 'TreeModel' }

function lowerModel(element: Element, lowerInner: LowerModel): ModelPlan {
  const kind = EMBEDDED[element.name] ?? element.name
  const lower = Object.hasOwn(LOWERINGS, kind) ? LOWERINGS[kind as ModelPlan['kind']] : undefined
  if (lower === undefined) throw unsupported(element)
  return lower(element, headOf(element), lowerInner)
}

function headOf(element: Element): ModelHead {
  return {
    functionName: functionOf(element),
    miningFields: miningFieldsIn(element),
    derivedFields: derivedFieldsIn(child(element, 'LocalTransformations')),
    targets: targetsIn(element),
    outputFields: outputFieldsIn(element),
    singlePrecision: choice(element, 'x-mathContext', { of: ['double', 'float'], fallback: 'double' }) === 'float',
  }
}

function functionOf(element: Element): FunctionName {
  const known = FUNCTIONS[EMBEDDED[element.name] ?? (element.name as ModelPlan['kind'])]
  const name = requiredText(element, 'functionName')
  const found = known.find((candidate) => candidate === name)
  if (found === undefined) throw malformed(element, `has functionName="${name}"; it must be one of ${known.join(', ')}`)
  return found
}

function checkVersion(root: Element): void {
  const version = text(root, 'version')
  if (version !== undefined && !VERSION.test(version)) {
    throw unsupported(root, `PMML version ${JSON.stringify(version.slice(0, 20))} (known: 3.0 to 4.4)`)
  }
  const namespaces = Object.entries(root.attributes).filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'))
  const known = namespaces.some(([, namespace]) => NAMESPACE.test(namespace))
  if (!known && namespaces.some(([name]) => name === 'xmlns')) {
    throw unsupported(root, `the namespace '${root.attributes['xmlns']}' (known: http://www.dmg.org/PMML-3_0 to PMML-4_4)`)
  }
  if (version === undefined && !known) throw malformed(root, 'has neither a version nor a PMML namespace')
}
