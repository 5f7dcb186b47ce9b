import { SluiceError } from '../../core/errors.ts'
import type { ForestOptions } from './forest.ts'

/**
 * Proves that scoring a forest can't read outside its arrays or go in circles, and answers the depth of each tree (0 for a single
 * leaf). Throws `model.malformed` naming the first node that is wrong. Takes time and memory in the order of the nodes.
 */
export function checkForest(options: ForestOptions): Int32Array {
  checkLengths(options)
  const { roots, feature, left, right } = options.nodes
  const depthOf = new Int32Array(feature.length).fill(-1)
  const depths = new Int32Array(roots.length)
  const pending: number[] = []
  const visit = (node: number, depth: number, from: string, index: number): void => {
    if (!(node >= 0 && node < feature.length)) {
      throw malformed(`${from} ${index} names node ${node}; the forest has nodes 0 to ${feature.length - 1}`)
    }
    if (depthOf[node] !== -1) throw malformed(`node ${node} is reached twice, the second time from ${from} ${index}; nodes must form trees`)
    depthOf[node] = depth
    pending.push(node)
  }
  for (let tree = 0; tree < roots.length; tree++) {
    visit(roots[tree]!, 0, 'tree', tree)
    while (pending.length > 0) {
      const node = pending.pop()!
      const depth = depthOf[node]!
      if (depth > depths[tree]!) depths[tree] = depth
      checkNode(options, node)
      if (feature[node] === -1) continue
      visit(left[node]!, depth + 1, 'node', node)
      visit(right[node]!, depth + 1, 'node', node)
    }
  }
  const unreached = depthOf.indexOf(-1)
  if (unreached !== -1) throw malformed(`node ${unreached} is in no tree`)
  return depths
}

function checkLengths(options: ForestOptions): void {
  const { nodes, outputs, features, columns, weights, targets, initial } = options
  const count = nodes.feature.length
  for (const name of ['threshold', 'left', 'right', 'missingLeft', 'leaf'] as const) expect(`nodes.${name}`, nodes[name].length, count)
  if (nodes.categories) {
    expect('nodes.categories.start', nodes.categories.start.length, count)
    expect('nodes.categories.codes', nodes.categories.codes.length, count)
  }
  if (!(Number.isInteger(outputs) && outputs >= 1)) throw malformed(`outputs is ${outputs}; a forest has at least 1`)
  if (!(Number.isInteger(features) && features >= 0)) throw malformed(`features is ${features}; it must be a count`)
  if (columns) expect('columns', columns.length, features)
  if (columns?.some((column) => column < 0)) throw malformed('a column is negative; columns count from 0')
  if (weights) expect('weights', weights.length, nodes.roots.length)
  if (initial) expect('initial', initial.length, outputs)
  if (!targets) return
  expect('targets', targets.length, nodes.roots.length)
  const wrong = targets.find((target) => target < 0 || target >= outputs)
  if (wrong !== undefined) throw malformed(`a tree's target is ${wrong}; the forest has outputs 0 to ${outputs - 1}`)
}

function checkNode(options: ForestOptions, node: number): void {
  const { nodes, features } = options
  const feature = nodes.feature[node]!
  if (feature === -1) {
    const leaf = nodes.leaf[node]!
    const leaves = Math.floor(options.leafValues.length / (options.targets ? 1 : options.outputs))
    if (!(leaf >= 0 && leaf < leaves)) throw malformed(`leaf node ${node} names leaf ${leaf}; the forest has ${leaves} leaves`)
    return
  }
  if (!(feature >= 0 && feature < features))
    throw malformed(`node ${node} splits on feature ${feature}; the forest has ${features} features`)
  const start = nodes.categories?.start[node] ?? -1
  if (start === -1) {
    if (Number.isNaN(nodes.threshold[node])) throw malformed(`the threshold of node ${node} is NaN; it must be a number`)
    return
  }
  const { codes, words } = nodes.categories!
  const end = start + Math.ceil(codes[node]! / 32)
  if (!(start >= 0 && codes[node]! >= 0 && end <= words.length)) {
    throw malformed(`the category set of node ${node} is words ${start} to ${end}; the forest has ${words.length} words`)
  }
}

function expect(name: string, length: number, right: number): void {
  if (length !== right) throw malformed(`${name} has ${length} entries; it must have ${right}`)
}

function malformed(message: string): SluiceError {
  return new SluiceError('model.malformed', `forest: ${message}`)
}
