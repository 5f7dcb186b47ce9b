import type { LowerModel, ModelPlan } from '../model-plan.ts'
import { predicateElementOf, readPredicate } from '../predicates/lower-predicate.ts'
import { type Predicate, SIMPLE_OPERATORS } from '../predicates/predicate.ts'
import { byteColumn, doubleColumn, int32Column } from '../values/growing-column.ts'
import { DistinctTexts } from '../values/distinct-texts.ts'
import { parseReal } from '../values/literal.ts'
import { real, requiredText, text } from '../xml/attributes.ts'
import { childrenOf, type Element, malformed } from '../xml/element.ts'
import { type EmbeddedModels, idText, NODE_TEST, type TreeNodes } from './tree-plan.ts'

/** Collects nodes in document order. */
export class NodeColumns {
  readonly #test = byteColumn()
  readonly #subject = int32Column()
  readonly #operand = doubleColumn()
  readonly #operandText = int32Column()
  readonly #end = int32Column()
  readonly #score = doubleColumn()
  readonly #scoreText = int32Column()
  readonly #recordCount = doubleColumn()
  readonly #defaultChild = int32Column()
  readonly #id = int32Column()
  readonly #distribution = int32Column()
  readonly #distributionValue = int32Column()
  readonly #distributionCount = doubleColumn()
  readonly #distributionProbability = doubleColumn()
  readonly #distributionConfidence = doubleColumn()
  readonly #fields = new DistinctTexts()
  readonly #texts = new DistinctTexts()
  readonly #predicates: Predicate[] = []

  readonly #models: ModelPlan[] = []
  readonly #embedded = int32Column()
  readonly #lowerModel: LowerModel

  constructor(lowerModel: LowerModel) {
    this.#lowerModel = lowerModel
  }

  /** The models inside of nodes, where there are any. */
  get embedded(): EmbeddedModels | undefined {
    return this.#models.length === 0 ? undefined : { models: this.#models, of: this.#embedded.finish() }
  }

  /** Adds a node, whose predicate and distributions are all that it has so far; answers its number. */
  add(element: Element): number {
    const node = this.#test.length
    this.#embedded.push(-1)
    this.#addTest(predicateElementOf(element))
    this.#end.push(0)
    const score = text(element, 'score')
    this.#score.push(score === undefined ? NaN : parseReal(score))
    this.#scoreText.push(score === undefined ? -2 : this.#literal(score))
    this.#recordCount.push(real(element, 'recordCount') ?? NaN)
    this.#defaultChild.push(-1)
    const id = text(element, 'id')
    this.#id.push(id === undefined ? -1 : isCount(id) ? -2 - Number(id) : this.#texts.of(id))
    this.#distribution.push(this.#distributionValue.length)
    for (const distribution of childrenOf(element, 'ScoreDistribution')) {
      this.#distributionValue.push(this.#texts.of(requiredText(distribution, 'value')))
      this.#distributionCount.push(real(distribution, 'recordCount') ?? NaN)
      this.#distributionProbability.push(real(distribution, 'probability') ?? NaN)
      this.#distributionConfidence.push(real(distribution, 'confidence') ?? NaN)
    }
    this.embed(node, element.children)
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

  /** Adds the model among some children of a node, if there is one. */
  embed(node: number, children: readonly Element[]): void {
    const model = children.find((child) => child.name === 'Regression' || child.name === 'DecisionTree')
    if (model === undefined || this.#embedded.get(node) >= 0) return
    this.#embedded.set(node, this.#models.push(this.#lowerModel(model)) - 1)
    // A model's result is as good as a score.
    if (this.#scoreText.get(node) === -2) this.#scoreText.set(node, -1)
  }

  /** Says that a node and those inside it are complete. */
  close(element: Element, node: number): void {
    this.#end.set(node, this.#test.length)
    const id = text(element, 'defaultChild')
    if (id === undefined) return
    let found: number | undefined
    for (let candidate = node + 1; candidate < this.#test.length && found === undefined; candidate = this.#end.get(candidate)) {
      if (idText(this.#texts.items, this.#id.get(candidate)) === id) found = candidate
    }
    if (found === undefined) throw malformed(element, `has defaultChild="${id}", which is not the id of one of its child nodes`)
    this.#defaultChild.set(node, found)
  }

  /** -1 where the number says it all, else the index of the text. */
  #literal(written: string): number {
    return isPlain(written) || String(parseReal(written)) === written ? -1 : this.#texts.of(written)
  }

  finish(): TreeNodes {
    this.#distribution.push(this.#distributionValue.length)
    return {
      count: this.#test.length,
      test: this.#test.finish(),
      subject: this.#subject.finish(),
      operand: this.#operand.finish(),
      operandText: this.#operandText.finish(),
      end: this.#end.finish(),
      score: this.#score.finish(),
      scoreText: this.#scoreText.finish(),
      recordCount: this.#recordCount.finish(),
      defaultChild: this.#defaultChild.finish(),
      id: this.#id.finish(),
      distribution: this.#distribution.finish(),
      distributionValue: this.#distributionValue.finish(),
      distributionCount: this.#distributionCount.finish(),
      distributionProbability: this.#distributionProbability.finish(),
      distributionConfidence: this.#distributionConfidence.finish(),
      fields: this.#fields.items,
      predicates: this.#predicates,
      texts: this.#texts.items,
    }
  }
}

/** Whether a text is a whole number as it is written when it is one, and small enough for a column. */
function isCount(written: string): boolean {
  return written.length <= 9 && /^(?:0|[1-9]\d*)$/.test(written)
}

const PLAIN = /^-?(?:0|[1-9]\d*)(?:\.(?=\d*[1-9]$)\d+)?$/

/** Whether a number is surely written in its shortest form: of 15 digits or less, doubles differ from each other. */
function isPlain(written: string): boolean {
  return written.length <= 16 && written.length > 2 && !written.startsWith('0.0') && !written.startsWith('-0') && PLAIN.test(written)
}
