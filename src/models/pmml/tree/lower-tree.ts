import type { LowerModel, ModelHead, ModelPlan } from '../model-plan.ts'
import { predicateElementOf, readPredicate } from '../predicates/lower-predicate.ts'
import { type Predicate, SIMPLE_OPERATORS } from '../predicates/predicate.ts'
import { parseReal } from '../values/literal.ts'
import { choice, real, requiredText, text } from '../xml/attributes.ts'
import { childrenOf, type Element, malformed, requiredChild } from '../xml/element.ts'
import { type EmbeddedModels, MISSING_VALUE_STRATEGIES, NODE_TEST, type TreeNodes, type TreePlan } from './tree-plan.ts'

export function lowerTree(element: Element, head: ModelHead, lowerModel: LowerModel): TreePlan {
  const strategy = choice(element, 'noTrueChildStrategy', {
    of: ['returnNullPrediction', 'returnLastPrediction'],
    fallback: 'returnNullPrediction',
  })
  const columns = new NodeColumns(lowerModel)
  const nodes = columns.lower(requiredChild(element, 'Node'))
  const { embedded } = columns
  return {
    kind: 'TreeModel',
    head,
    missingValueStrategy: choice(element, 'missingValueStrategy', { of: MISSING_VALUE_STRATEGIES, fallback: 'none' }),
    missingValuePenalty: real(element, 'missingValuePenalty') ?? 1,
    returnsLastPrediction: strategy === 'returnLastPrediction',
    nodes,
    ...(embedded !== undefined && { embedded }),
  }
}

/** Collects nodes in document order. Not recursive: unpruned trees are thousands of nodes deep. */
class NodeColumns {
  readonly #test: number[] = []
  readonly #subject: number[] = []
  readonly #operand: number[] = []
  readonly #operandText: number[] = []
  readonly #end: number[] = []
  readonly #score: number[] = []
  readonly #scoreText: number[] = []
  readonly #recordCount: number[] = []
  readonly #defaultChild: number[] = []
  readonly #id: number[] = []
  readonly #distribution: number[] = []
  readonly #distributionValue: number[] = []
  readonly #distributionCount: number[] = []
  readonly #distributionProbability: number[] = []
  readonly #distributionConfidence: number[] = []
  readonly #fields = new Indexed()
  readonly #texts = new Indexed()
  readonly #predicates: Predicate[] = []

  readonly #models: ModelPlan[] = []
  readonly #embedded: number[] = []
  readonly #lowerModel: LowerModel

  constructor(lowerModel: LowerModel) {
    this.#lowerModel = lowerModel
  }

  /** The models inside of nodes, where there are any. */
  get embedded(): EmbeddedModels | undefined {
    return this.#models.length === 0 ? undefined : { models: this.#models, of: Int32Array.from(this.#embedded) }
  }

  lower(root: Element): TreeNodes {
    const pending: { element: Element; node: number; children: readonly Element[]; next: number }[] = []
    const enter = (element: Element): void => {
      pending.push({ element, node: this.#add(element), children: childrenOf(element, 'Node'), next: 0 })
    }
    enter(root)
    while (pending.length > 0) {
      const top = pending.at(-1)!
      const next = top.children[top.next++]
      if (next !== undefined) {
        enter(next)
        continue
      }
      this.#end[top.node] = this.#test.length
      this.#resolveDefaultChild(top.element, top.node)
      pending.pop()
    }
    return this.#columns()
  }

  #add(element: Element): number {
    const node = this.#test.length
    const embedded = element.children.find((candidate) => candidate.name === 'Regression' || candidate.name === 'DecisionTree')
    this.#embedded.push(embedded === undefined ? -1 : this.#models.push(this.#lowerModel(embedded)) - 1)
    this.#addTest(predicateElementOf(element))
    this.#end.push(0)
    const score = text(element, 'score')
    this.#score.push(score === undefined ? NaN : parseReal(score))
    // A model's result is as good as a score.
    this.#scoreText.push(score === undefined ? (embedded === undefined ? -2 : -1) : this.#literal(score))
    this.#recordCount.push(real(element, 'recordCount') ?? NaN)
    this.#defaultChild.push(-1)
    const id = text(element, 'id')
    this.#id.push(id === undefined ? -1 : this.#texts.of(id))
    this.#distribution.push(this.#distributionValue.length)
    for (const distribution of childrenOf(element, 'ScoreDistribution')) {
      this.#distributionValue.push(this.#texts.of(requiredText(distribution, 'value')))
      this.#distributionCount.push(real(distribution, 'recordCount') ?? NaN)
      this.#distributionProbability.push(real(distribution, 'probability') ?? NaN)
      this.#distributionConfidence.push(real(distribution, 'confidence') ?? NaN)
    }
    return node
  }

  #addTest(element: Element): void {
    const predicate = readPredicate(element)
    if (predicate.kind === 'SimplePredicate') {
      const { value } = predicate
      this.#test.push(SIMPLE_OPERATORS.indexOf(predicate.operator))
      this.#subject.push(this.#fields.of(predicate.field))
      this.#operand.push(value === undefined ? NaN : parseReal(value))
      this.#operandText.push(value === undefined ? -1 : this.#literal(value))
      return
    }
    const plain = predicate.kind === 'True' ? NODE_TEST.true : predicate.kind === 'False' ? NODE_TEST.false : undefined
    this.#test.push(plain ?? NODE_TEST.other)
    this.#subject.push(plain === undefined ? this.#predicates.push(predicate) - 1 : -1)
    this.#operand.push(NaN)
    this.#operandText.push(-1)
  }

  #resolveDefaultChild(element: Element, node: number): void {
    const id = text(element, 'defaultChild')
    if (id === undefined) return
    let found: number | undefined
    for (let candidate = node + 1; candidate < this.#test.length && found === undefined; candidate = this.#end[candidate]!) {
      if (this.#id[candidate]! >= 0 && this.#texts.items[this.#id[candidate]!] === id) found = candidate
    }
    if (found === undefined) throw malformed(element, `has defaultChild="${id}", which is not the id of one of its child nodes`)
    this.#defaultChild[node] = found
  }

  /** -1 where the number says it all, else the index of the text. */
  #literal(written: string): number {
    return isPlain(written) || String(parseReal(written)) === written ? -1 : this.#texts.of(written)
  }

  #columns(): TreeNodes {
    this.#distribution.push(this.#distributionValue.length)
    return {
      count: this.#test.length,
      test: Uint8Array.from(this.#test),
      subject: Int32Array.from(this.#subject),
      operand: Float64Array.from(this.#operand),
      operandText: Int32Array.from(this.#operandText),
      end: Int32Array.from(this.#end),
      score: Float64Array.from(this.#score),
      scoreText: Int32Array.from(this.#scoreText),
      recordCount: Float64Array.from(this.#recordCount),
      defaultChild: Int32Array.from(this.#defaultChild),
      id: Int32Array.from(this.#id),
      distribution: Int32Array.from(this.#distribution),
      distributionValue: Int32Array.from(this.#distributionValue),
      distributionCount: Float64Array.from(this.#distributionCount),
      distributionProbability: Float64Array.from(this.#distributionProbability),
      distributionConfidence: Float64Array.from(this.#distributionConfidence),
      fields: this.#fields.items,
      predicates: this.#predicates,
      texts: this.#texts.items,
    }
  }
}

const PLAIN = /^-?(?:0|[1-9]\d*)(?:\.(?=\d*[1-9]$)\d+)?$/

/** Whether a number is surely written in its shortest form: of 15 digits or less, doubles differ from each other. */
function isPlain(written: string): boolean {
  return written.length <= 16 && written.length > 2 && !written.startsWith('0.0') && !written.startsWith('-0') && PLAIN.test(written)
}

/** Distinct texts by the order of their first use. */
class Indexed {
  readonly items: string[] = []
  readonly #index = new Map<string, number>()

  of(item: string): number {
    let index = this.#index.get(item)
    if (index === undefined) {
      index = this.items.push(item) - 1
      this.#index.set(item, index)
    }
    return index
  }
}
