import type { ForestOptions } from '../src/models/forest/forest.ts'

/** Reads the numeric trees of a LightGBM text model, for benchmarks and tests only: it trusts the text. */
export function readLightGbmText(text: string): ForestOptions {
  const trees = text.split(/^Tree=\d+$/m).slice(1)
  const nodes = { feature: [] as number[], threshold: [] as number[], left: [] as number[], right: [] as number[], leaf: [] as number[] }
  const roots: number[] = []
  const leafValues: number[] = []
  for (const tree of trees) {
    const column = (name: string): number[] => {
      const line = new RegExp(`^${name}=(.*)$`, 'm').exec(tree)?.[1] ?? ''
      return line
        .split(' ')
        .filter(Boolean)
        .map((word) => (word === 'inf' ? Infinity : Number(word)))
    }
    const root = nodes.feature.length
    const splits = column('split_feature')
    const values = column('leaf_value')
    const child = (index: number): number => root + (index >= 0 ? index : splits.length - 1 - index)
    roots.push(root)
    nodes.feature.push(...splits, ...values.map(() => -1))
    nodes.threshold.push(...column('threshold'), ...values.map(() => 0))
    nodes.left.push(...column('left_child').map(child), ...values.map(() => -1))
    nodes.right.push(...column('right_child').map(child), ...values.map(() => -1))
    nodes.leaf.push(...splits.map(() => -1), ...values.map((_, index) => leafValues.length + index))
    leafValues.push(...values)
  }
  const features = Number(/^max_feature_idx=(\d+)$/m.exec(text)?.[1]) + 1
  return {
    nodes: {
      roots: Int32Array.from(roots),
      feature: Int32Array.from(nodes.feature),
      threshold: Float64Array.from(nodes.threshold),
      left: Int32Array.from(nodes.left),
      right: Int32Array.from(nodes.right),
      missingLeft: new Uint8Array(nodes.feature.length).fill(1),
      leaf: Int32Array.from(nodes.leaf),
    },
    leafValues: Float64Array.from(leafValues),
    outputs: 1,
    features,
    comparison: 'lessOrEqual',
  }
}
