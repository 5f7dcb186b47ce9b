import { SluiceError } from '../../../core/errors.ts'
import type { LowerModel } from '../model-plan.ts'
import { type Element, malformed } from '../xml/element.ts'
import { NodeColumns } from './node-columns.ts'
import type { EmbeddedModels, TreeNodes } from './tree-plan.ts'

/** The nodes of a tree, and the models inside of them where there are any. */
export interface LoweredNodes {
  readonly nodes: TreeNodes
  readonly embedded: EmbeddedModels | undefined
}

/** By the element that stands for a root: what its nodes have become. */
const LOWERED = new WeakMap<Element, () => LoweredNodes>()

/** The nodes from a root on, which a `NodeReader` has read. Throws what was wrong with them. */
export function nodesOf(root: Element): LoweredNodes {
  const lowered = LOWERED.get(root)
  if (lowered === undefined) throw malformed(root, 'was not read as a tree')
  return lowered()
}

/** A node that is not complete. `number` is -1 as long as nothing of it is told. */
interface OpenNode {
  readonly element: Element
  number: number
  /** How many children it had when it was told. */
  told: number
}

/** A tree that is not complete: its nodes from the root on. */
interface OpenTree {
  readonly columns: NodeColumns
  readonly path: OpenNode[]
  problem: SluiceError | undefined
}

/**
 * Lowers nodes while the document is parsed, so that no more elements are kept than are open. What a node says itself stands before the
 * nodes inside of it (PMML 4.4.1, TreeModel, Node), so it is told when the first of these begins; a model may stand after them.
 */
export class NodeReader {
  readonly #trees: OpenTree[] = []
  readonly #lowerModel: LowerModel

  constructor(lowerModel: LowerModel) {
    this.#lowerModel = lowerModel
  }

  open(element: Element, parent: Element | undefined): void {
    if (parent?.name !== 'Node') this.#trees.push({ columns: new NodeColumns(this.#lowerModel), path: [], problem: undefined })
    const tree = this.#trees.at(-1)!
    const outer = tree.path.at(-1)
    if (outer !== undefined) attempt(tree, () => tell(tree, outer))
    tree.path.push({ element, number: -1, told: 0 })
  }

  /** Answers what is to stand for the node in its parent: nothing, or an element for the root. */
  close(): Element | undefined {
    const tree = this.#trees.at(-1)!
    const node = tree.path.pop()!
    attempt(tree, () => {
      tell(tree, node)
      const late = node.element.children.slice(node.told)
      const distribution = late.find((child) => child.name === 'ScoreDistribution')
      if (distribution !== undefined) throw malformed(distribution, 'stands after a <Node>; it must be before it')
      tree.columns.embed(node.number, late)
      tree.columns.close(node.element, node.number)
    })
    if (tree.path.length > 0) return undefined
    this.#trees.pop()
    const root = { ...node.element, children: [] }
    let lowered: LoweredNodes | undefined
    LOWERED.set(root, () => {
      if (tree.problem !== undefined) throw tree.problem
      lowered ??= { embedded: tree.columns.embedded, nodes: tree.columns.finish() }
      return lowered
    })
    return root
  }
}

function tell({ columns }: OpenTree, node: OpenNode): void {
  if (node.number >= 0) return
  node.number = columns.add(node.element)
  node.told = node.element.children.length
}

/** Keeps what is wrong for later: it may be in a model that the document is not loaded for. */
function attempt(tree: OpenTree, work: () => void): void {
  if (tree.problem !== undefined) return
  try {
    work()
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    tree.problem = error
  }
}
