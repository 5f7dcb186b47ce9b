import type { NodeFinder } from './node-finder.ts'
import { type NodeTests } from './node-tests.ts'
import { SURROGATE } from './surrogates.ts'
import { NODE_TEST, type TreePlan } from './tree-plan.ts'

/** Programs of this size take twice the pace of a walk over columns; larger ones would too, but take long to compile. */
const MOST_TESTS = 4000
const MOST_LEVELS = 48

/**
 * A finder that is generated as a program with the tree's tests as conditions, which finds the node that a walk finds; undefined where the
 * tree is too large for that, or has a strategy that looks at several branches.
 */
export function generateFinder(plan: TreePlan, tests: NodeTests): NodeFinder | undefined {
  const { missingValueStrategy: strategy } = plan
  if (strategy === 'aggregateNodes' || strategy === 'weightedConfidence') return undefined
  const { start } = tests.surrogates
  if (plan.nodes.count + start[start.length - 1]! > MOST_TESTS || levelsOf(plan) > MOST_LEVELS) return undefined
  const source = `return (x, stride, rows, into) => {
for (let row = 0, a = 0; row < rows; row++, a += stride) {
let n = -1, v = 0, t = 0
found: {
${new FinderSource(plan, tests).write()}
}
into[row] = n
}
}`
  // eslint-disable-next-line typescript/no-implied-eval -- the source consists of numbers and the templates here
  return (new Function('others', source) as (others: NodeTests['others']) => NodeFinder)(tests.others)
}

function levelsOf({ nodes: { count, end } }: TreePlan): number {
  const open: number[] = []
  let most = 0
  for (let node = 0; node < count; node++) {
    while (open.length > 0 && open.at(-1)! <= node) open.pop()
    most = Math.max(most, open.push(end[node]!))
  }
  return most
}

/** A test as a program sees it. */
interface Condition {
  /** What is done before it is asked. */
  readonly before?: string
  /** When it is unknown; absent where it never is. */
  readonly unknown?: string
  /** When it holds, where it is not unknown; it may be true of an unknown one. */
  readonly holds: string
  /** The cell that a value must be in for it to be known. */
  readonly cell?: number
}

const OPERATORS = ['===', '!==', '<', '<=', '>', '>='] as const

/** Writes conditions only from numbers, so nothing that a document says gets into the program. */
class FinderSource {
  readonly #plan: TreePlan
  readonly #tests: NodeTests

  constructor(plan: TreePlan, tests: NodeTests) {
    this.#plan = plan
    this.#tests = tests
  }

  write(): string {
    const { before, unknown, holds } = this.#condition(0)
    const known = unknown === undefined ? holds : `!(${unknown}) && (${holds})`
    return `${before ?? ''}if (${known}) {\n${this.#inside(0, new Set())}}`
  }

  /** What follows once the walk has come to a node. Of the cells in `present`, it is known that they are not missing. */
  #inside(node: number, present: ReadonlySet<number>): string {
    const { end, defaultChild } = this.#plan.nodes
    if (end[node] === node + 1) return this.#end(this.#own(node))
    const isDefaulting = this.#plan.missingValueStrategy === 'defaultChild'
    const chosen = isDefaulting ? defaultChild[node]! : -1
    const otherwise = this.#plan.returnsLastPrediction ? this.#own(node) : -1
    const label = `d${node}`
    let body = ''
    let here = present
    for (let child = node + 1; child < end[node]!; child = end[child]!) {
      const { before, unknown, holds, cell } = this.#condition(child)
      const asksUnknown = unknown !== undefined && !(cell !== undefined && here.has(cell))
      body += before ?? ''
      const isSkipped = this.#plan.missingValueStrategy === 'none'
      if (asksUnknown && !isSkipped) {
        body += `if (${unknown}) ${this.#onUnknown(node, chosen, label)}\n`
        if (cell !== undefined) here = new Set([...here, cell])
      }
      const condition = asksUnknown && isSkipped ? `!(${unknown}) && (${holds})` : holds
      if (condition === 'false') continue
      const isKnown = asksUnknown && isSkipped && cell !== undefined
      const then = child === chosen ? `break ${label}\n` : this.#inside(child, isKnown ? new Set([...here, cell]) : here)
      if (condition === 'true') {
        body += then
        return chosen < 0 ? body : this.#withDefault(body, label, chosen, present)
      }
      body += `if (${condition}) {\n${then}}\n`
    }
    body += this.#end(otherwise)
    return chosen < 0 ? body : this.#withDefault(body, label, chosen, present)
  }

  // oxlint-disable-next-line max-params -- the parts of one statement
  #withDefault(body: string, label: string, chosen: number, present: ReadonlySet<number>): string {
    return `${label}: {\n${body}}\n${this.#inside(chosen, present)}`
  }

  #onUnknown(node: number, chosen: number, label: string): string {
    if (chosen >= 0) return `break ${label}`
    return `{ ${this.#end(this.#plan.missingValueStrategy === 'lastPrediction' ? this.#own(node) : -1).trim()} }`
  }

  /** The node, where it has a result. */
  #own(node: number): number {
    const { scoreText, distribution } = this.#plan.nodes
    return scoreText[node] !== -2 || distribution[node + 1]! > distribution[node]! ? node : -1
  }

  #end(node: number): string {
    return node < 0 ? 'break found\n' : `n = ${node}\nbreak found\n`
  }

  #condition(node: number): Condition {
    const { test, subject, operand } = this.#tests
    const code = test[node]!
    if (code === NODE_TEST.true || code === NODE_TEST.false) return { holds: String(code === NODE_TEST.true) }
    if (code === SURROGATE) return this.#surrogates(subject[node]!)
    if (code === NODE_TEST.other) return { before: `t = others[${subject[node]}](x, a)\n`, unknown: 't !== t', holds: 't === 1' }
    const cell = subject[node]!
    const value = `x[a + ${cell}]`
    if (code >= OPERATORS.length) return { holds: `${value} ${code === 6 ? '!==' : '==='} ${value}` }
    const holds = `${value} ${OPERATORS[code]} ${operand[node]}`
    return { unknown: `${value} !== ${value}`, holds, cell }
  }

  #surrogates(list: number): Condition {
    const { start, test, cell, operand } = this.#tests.surrogates
    let asked = ''
    let last = '-1'
    for (let i = start[list]!; i < start[list + 1]!; i++) {
      const code = test[i]!
      if (code >= NODE_TEST.true) {
        last = code === NODE_TEST.true ? '1' : '0'
        break
      }
      asked += `(v = x[a + ${cell[i]}]) === v ? (v ${OPERATORS[code]} ${operand[i]} ? 1 : 0) : `
    }
    const before = `t = ${asked}${last}\n`
    return { before, holds: 't === 1', ...(last === '-1' && { unknown: 't < 0' }) }
  }
}
