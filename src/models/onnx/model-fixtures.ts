import { floatsAttribute, intAttribute, intsAttribute, mapsInfo, node, onnxModel, textAttribute, textsAttribute } from './graph-fixture.ts'

const domain = 'ai.onnx.ml'
const CAST_TO_INT64 = 7

/** y = 2 a - b + 0.5, as scikit-learn's linear regression is exported. */
export const regression = onnxModel({
  inputs: [{ name: 'X', type: 'float32', shape: ['N', 2] }],
  outputs: [{ name: 'variable', type: 'float32', shape: ['N', 1] }],
  nodes: [
    node('LinearRegressor', {
      inputs: ['X'],
      outputs: ['variable'],
      domain,
      attributes: [floatsAttribute('coefficients', [2, -1]), floatsAttribute('intercepts', [0.5])],
    }),
  ],
  metadata: { feature_names: '["a", "b"]' },
})

/** Two classes whose probabilities are the logistic function of -x and of x, in a map per row. */
export function zipMapClassifier(labels: readonly [string, string] | readonly [number, number]): Uint8Array {
  const texts = typeof labels[0] === 'string'
  const attribute = texts
    ? textsAttribute('classlabels_strings', labels.map(String))
    : intsAttribute(`classlabels_ints`, labels.map(Number), { packed: true })
  const zipAttribute = texts ? attribute : intsAttribute('classlabels_int64s', labels.map(Number))
  return onnxModel({
    inputs: [{ name: 'x', type: 'float32', shape: ['N', 1] }],
    outputs: [
      { name: 'output_label', type: texts ? 'string' : 'int64', shape: ['N'] },
      mapsInfo('output_probability', texts ? 'string' : 'int64'),
    ],
    nodes: [
      node('LinearClassifier', {
        inputs: ['x'],
        outputs: ['output_label', 'raw'],
        domain,
        attributes: [
          floatsAttribute('coefficients', [-1, 1]),
          floatsAttribute('intercepts', [0, 0]),
          attribute,
          textAttribute('post_transform', 'LOGISTIC'),
        ],
      }),
      node('ZipMap', { inputs: ['raw'], outputs: ['output_probability'], domain, attributes: [zipAttribute] }),
    ],
    // Without the default domain, as some exporters leave it where no operator of it occurs.
    domains: [domain],
  })
}

/** Columns with types of their own, as scikit-learn's pipelines are exported: distance + (100 for UA, 200 for AA, -1 else) + cancelled. */
export const columns = onnxModel({
  inputs: [
    { name: 'carrier', type: 'string', shape: ['N', 1] },
    { name: 'distance', type: 'int64', shape: ['N', 1] },
    { name: 'cancelled', type: 'bool', shape: ['N', 1] },
  ],
  outputs: [{ name: 'sum', type: 'int64', shape: ['N', 1] }],
  nodes: [
    node('LabelEncoder', {
      inputs: ['carrier'],
      outputs: ['code'],
      domain,
      attributes: [
        textsAttribute('keys_strings', ['UA', 'AA']),
        intsAttribute('values_int64s', [100, 200]),
        intAttribute('default_int64', -1),
      ],
    }),
    node('Cast', { inputs: ['cancelled'], outputs: ['flag'], attributes: [intAttribute('to', CAST_TO_INT64)] }),
    node('Add', { inputs: ['code', 'distance'], outputs: ['partial'] }),
    node('Add', { inputs: ['partial', 'flag'], outputs: ['sum'] }),
  ],
})

/** A tree: 1 where x <= 0.5 or x is missing (`nodes_missing_value_tracks_true`), else 2. */
export const tree = onnxModel({
  inputs: [{ name: 'x', type: 'float32', shape: ['N', 1] }],
  outputs: [{ name: 'y', type: 'float32', shape: ['N', 1] }],
  nodes: [
    node('TreeEnsembleRegressor', {
      inputs: ['x'],
      outputs: ['y'],
      domain,
      attributes: [
        intAttribute('n_targets', 1),
        intsAttribute('nodes_treeids', [0, 0, 0]),
        intsAttribute('nodes_nodeids', [0, 1, 2]),
        intsAttribute('nodes_featureids', [0, 0, 0]),
        floatsAttribute('nodes_values', [0.5, 0, 0]),
        floatsAttribute('nodes_hitrates', [1, 1, 1]),
        textsAttribute('nodes_modes', ['BRANCH_LEQ', 'LEAF', 'LEAF']),
        intsAttribute('nodes_truenodeids', [1, 0, 0]),
        intsAttribute('nodes_falsenodeids', [2, 0, 0]),
        intsAttribute('nodes_missing_value_tracks_true', [1, 0, 0]),
        intsAttribute('target_treeids', [0, 0]),
        intsAttribute('target_nodeids', [1, 2]),
        intsAttribute('target_ids', [0, 0]),
        floatsAttribute('target_weights', [1, 2]),
      ],
    }),
  ],
})
