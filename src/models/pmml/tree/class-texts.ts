import { literalText, type TreeNodes } from './tree-plan.ts'

/** The classes that a tree mentions, in document order. */
export function* classTexts(nodes: TreeNodes): Generator<string> {
  for (let node = 0; node < nodes.count; node++) {
    for (let i = nodes.distribution[node]!; i < nodes.distribution[node + 1]!; i++) yield nodes.texts[nodes.distributionValue[i]!]!
    if (nodes.scoreText[node]! !== -2) yield literalText(nodes, nodes.score[node]!, nodes.scoreText[node]!)
  }
}
