/** How far an element of PMML is supported. */
export interface ElementSupport {
  readonly element: string
  readonly kind: 'model' | 'expression' | 'predicate' | 'field' | 'other'
  readonly supported: boolean
  /** What is left out of a supported element, or why it is not supported. */
  readonly note?: string
}

const model = (element: string, supported: boolean, note?: string): ElementSupport => ({
  element,
  kind: 'model',
  supported,
  ...(note !== undefined && { note }),
})
const part = (kind: ElementSupport['kind'], supported: boolean, elements: readonly string[]): readonly ElementSupport[] =>
  elements.map((element) => ({ element, kind, supported }))

/** The elements of PMML 4.4.1 that carry meaning for scoring, and whether they are supported: docs/formats.md is generated from it. */
export const PMML_SUPPORT: readonly ElementSupport[] = [
  model('AnomalyDetectionModel', true),
  model('AssociationModel', true, 'the items of a record are a list; results that are lists are JSON arrays'),
  model('BaselineModel', true, 'zValue and CUSUM; the tests that compare tables of counts, weights and windows are not supported'),
  model('BayesianNetworkModel', true, 'the target is a discrete node; continuous nodes serve as evidence; one distribution a node'),
  model('ClusteringModel', true, 'of clusters with centers; modelClass="distributionBased" is not supported'),
  model('GaussianProcessModel', true, 'regression, up to 2000 training instances'),
  model('GeneralRegressionModel', true),
  model('MiningModel', true, 'segmentation; the deprecated embedded models of PMML 3 are not supported'),
  model('NaiveBayesModel', true),
  model('NearestNeighborModel', true),
  model('NeuralNetwork', true),
  model('RegressionModel', true),
  model('RuleSetModel', true),
  model('Scorecard', true),
  model('SequenceModel', false, 'PMML defines no result of scoring one'),
  model('SupportVectorMachineModel', true),
  model('TextModel', false, 'PMML does not define how a record becomes a vector of terms; documents that use TextIndex are supported'),
  model('TimeSeriesModel', true, 'exponential smoothing and state space models, as many steps ahead as the field besides the series says'),
  model('TreeModel', true, 'nodes may have a Regression or a DecisionTree inside'),
  ...part('expression', true, ['Constant', 'FieldRef', 'NormContinuous', 'NormDiscrete', 'Discretize', 'MapValues', 'Apply', 'TextIndex']),
  {
    element: 'Lag',
    kind: 'expression',
    supported: true,
    note: 'over the records of a partition, through restarts too (see [state](state.md))',
  },
  ...part('expression', false, ['Aggregate']),
  ...part('predicate', true, ['True', 'False', 'SimplePredicate', 'SimpleSetPredicate', 'CompoundPredicate']),
  ...part('field', true, ['DataField', 'MiningField', 'DerivedField', 'OutputField', 'Target', 'DefineFunction']),
  ...part('other', true, ['InlineTable', 'ModelVerification', 'LocalTransformations', 'TransformationDictionary']),
  ...part('other', false, ['TableLocator', 'Taxonomy']),
]

/** The names of all model elements, supported or not. */
export const MODEL_ELEMENTS: ReadonlySet<string> = new Set(
  PMML_SUPPORT.filter((entry) => entry.kind === 'model').map((entry) => entry.element),
)
