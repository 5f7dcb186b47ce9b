import type { Attribute } from './attributes.ts'

const NONE: Attribute = { ints: [], floats: [], strings: [] }
/** What the numbers of the operator's attributes mean, by place. */
const MODES = ['BRANCH_LEQ', 'BRANCH_LT', 'BRANCH_GTE', 'BRANCH_GT', 'BRANCH_EQ', 'BRANCH_NEQ', 'BRANCH_MEMBER']
const AGGREGATES = ['AVERAGE', 'SUM', 'MIN', 'MAX']
const TRANSFORMS = ['NONE', 'SOFTMAX', 'LOGISTIC', 'SOFTMAX_ZERO', 'PROBIT']

/**
 * The attributes of a TreeEnsemble (ai.onnx.ml 5) as those of the TreeEnsembleRegressor that says the same. Undefined where lists do not
 * fit each other, or trees share nodes.
 */
export function asRegressor(attributes: ReadonlyMap<string, Attribute>): ReadonlyMap<string, Attribute> | undefined {
  const ints = (name: string): readonly number[] => (attributes.get(name) ?? NONE).ints
  const splits = (attributes.get('nodes_splits') ?? NONE).floats
  const weights = (attributes.get('leaf_weights') ?? NONE).floats
  const [features, modes, tracks] = [ints('nodes_featureids'), ints('nodes_modes'), ints('nodes_missing_value_tracks_true')]
  const yes = { ids: ints('nodes_truenodeids'), isLeaf: ints('nodes_trueleafs') }
  const no = { ids: ints('nodes_falsenodeids'), isLeaf: ints('nodes_falseleafs') }
  const targets = ints('leaf_targetids')
  const count = features.length
  const fits = [splits, modes, yes.ids, yes.isLeaf, no.ids, no.isLeaf].every((list) => list.length === count)
  if (!fits || (tracks.length !== 0 && tracks.length !== count) || targets.length !== weights.length) return undefined

  const nodes = { tree: [] as number[], id: [] as number[], feature: [] as number[], split: [] as number[], mode: [] as string[] }
  const more = { yes: [] as number[], no: [] as number[], tracks: [] as number[] }
  const leaves = { tree: [] as number[], id: [] as number[], target: [] as number[], weight: [] as number[] }
  let seen = 0
  for (const [tree, root] of ints('tree_roots').entries()) {
    const pending = [{ source: root, isLeaf: false, parent: -1, isYes: true }]
    let id = 0
    while (pending.length > 0) {
      const { source, isLeaf, parent, isYes } = pending.pop()!
      if (source < 0 || source >= (isLeaf ? targets.length : count)) return undefined
      // A node of two trees would be made twice, and of many trees as often as they please.
      if (!isLeaf && ++seen > count) return undefined
      if (parent >= 0) (isYes ? more.yes : more.no)[parent] = id
      const at = nodes.id.length
      nodes.tree.push(tree)
      nodes.feature.push(isLeaf ? 0 : features[source]!)
      nodes.split.push(isLeaf ? 0 : splits[source]!)
      nodes.mode.push(isLeaf ? 'LEAF' : (MODES[modes[source]!] ?? ''))
      more.yes.push(0)
      more.no.push(0)
      more.tracks.push(isLeaf ? 0 : (tracks[source] ?? 0))
      if (isLeaf) {
        leaves.tree.push(tree)
        leaves.id.push(id)
        leaves.target.push(targets[source]!)
        leaves.weight.push(weights[source]!)
      } else {
        pending.push({ source: no.ids[source]!, isLeaf: no.isLeaf[source] !== 0, parent: at, isYes: false })
        pending.push({ source: yes.ids[source]!, isLeaf: yes.isLeaf[source] !== 0, parent: at, isYes: true })
      }
      nodes.id.push(id++)
    }
  }
  const names = (list: readonly string[], name: string, absent: number): Attribute => ({
    ...NONE,
    strings: [list[ints(name)[0] ?? absent] ?? ''],
  })
  return new Map<string, Attribute>([
    ['n_targets', attributes.get('n_targets') ?? NONE],
    ['aggregate_function', names(AGGREGATES, 'aggregate_function', 1)],
    ['post_transform', names(TRANSFORMS, 'post_transform', 0)],
    ['nodes_treeids', { ...NONE, ints: nodes.tree }],
    ['nodes_nodeids', { ...NONE, ints: nodes.id }],
    ['nodes_featureids', { ...NONE, ints: nodes.feature }],
    ['nodes_values', { ...NONE, floats: nodes.split }],
    ['nodes_modes', { ...NONE, strings: nodes.mode }],
    ['nodes_truenodeids', { ...NONE, ints: more.yes }],
    ['nodes_falsenodeids', { ...NONE, ints: more.no }],
    ['nodes_missing_value_tracks_true', { ...NONE, ints: more.tracks }],
    ['target_treeids', { ...NONE, ints: leaves.tree }],
    ['target_nodeids', { ...NONE, ints: leaves.id }],
    ['target_ids', { ...NONE, ints: leaves.target }],
    ['target_weights', { ...NONE, floats: leaves.weight }],
  ])
}
