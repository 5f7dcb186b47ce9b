import type { RecordValue, Value } from '../values/value.ts'
import { unboxed } from '../values/branches.ts'
import type { LibraryFunction } from './library-function.ts'
import { comparisonOf } from './tree-comparison.ts'

type Test = (datum: RecordValue, comparison: RecordValue) => boolean | null

/** The edge to follow from a node. */
type Step = (datum: RecordValue, node: RecordValue) => Value

/** Goes down from a node to the first value that is no node of the tree's type: the score. */
function walk(datum: RecordValue, root: RecordValue, step: Step): Value {
  const nodeClass = root.constructor
  let node: Value = root
  // A record's class tells the tree's nodes from every other value.
  while (node !== null && typeof node === 'object' && (node as RecordValue).constructor === nodeClass) {
    node = inner(step(datum, node as RecordValue), nodeClass)
  }
  return node
}

/** An edge's value: a node out of its box. A score stays as it is, where several types of scores are told apart by their boxes. */
function inner(edge: Value, nodeClass: unknown): Value {
  const plain = unboxed(edge)
  return plain !== null && typeof plain === 'object' && (plain as RecordValue).constructor === nodeClass ? plain : edge
}

const COMBINERS: ReadonlyMap<string, (answers: Iterable<boolean | null>) => boolean> = new Map([
  [
    'and',
    (answers: Iterable<boolean | null>) => {
      for (const answer of answers) if (answer === false) return false
      return true
    },
  ],
  [
    'or',
    (answers: Iterable<boolean | null>) => {
      for (const answer of answers) if (answer === true) return true
      return false
    },
  ],
  [
    'xor',
    (answers: Iterable<boolean | null>) => {
      let odd = false
      for (const answer of answers) if (answer === true) odd = !odd
      return odd
    },
  ],
])

function* answersOf(datum: RecordValue, comparisons: readonly RecordValue[], test: Test): Generator<boolean | null> {
  for (const comparison of comparisons) yield test(datum, comparison)
}

const COMPARISON = 'datum: record D{}, comparison: record T{field: enum F, operator: string, value: any V}'
const SIMPLE_ERRORS = ['invalid comparison operator', 'bad value type'] as const

/** PFA 0.8.1, Decision and regression tree library (`model.tree.*`). */
export const MODEL_TREE: readonly LibraryFunction[] = [
  {
    name: 'model.tree.simpleTest',
    signatures: [`(${COMPARISON}) -> boolean`],
    errors: { 32000: SIMPLE_ERRORS[0], 32001: SIMPLE_ERRORS[1] },
    build: (site) => comparisonOf(site, { code: 32000, nullIsUnknown: false }),
  },
  {
    name: 'model.tree.missingTest',
    signatures: [`(${COMPARISON}) -> (null|boolean)`],
    errors: { 32010: SIMPLE_ERRORS[0], 32011: SIMPLE_ERRORS[1] },
    build: (site) => comparisonOf(site, { code: 32010, nullIsUnknown: true }),
  },
  {
    name: 'model.tree.compoundTest',
    signatures: ['(datum: record D{}, operator: string, comparisons: array(record T{}), test: fcn(D, T)->boolean) -> boolean'],
    errors: { 32020: 'unrecognized logical operator' },
    build:
      (site) =>
      (datum: RecordValue, operator: string, ...[comparisons, test]: readonly [RecordValue[], Test]) => {
        const combine = COMBINERS.get(operator) ?? site.fail(32020)
        return combine(answersOf(datum, comparisons, test))
      },
  },
  {
    name: 'model.tree.surrogateTest',
    signatures: ['(datum: record D{}, comparisons: array(record T{}), missingTest: fcn(D, T)->(null|boolean)) -> boolean'],
    errors: { 32030: 'no successful surrogate' },
    build: (site) => (datum: RecordValue, comparisons: RecordValue[], missingTest: Test) => {
      for (const answer of answersOf(datum, comparisons, missingTest)) if (answer !== null) return answer
      return site.fail(32030)
    },
  },
  {
    name: 'model.tree.simpleWalk',
    signatures: ['(datum: record D{}, treeNode: record T{pass: (T|any S), fail: (T|S)}, test: fcn(D, T)->boolean) -> S'],
    build: () => (datum: RecordValue, treeNode: RecordValue, test: Test) => {
      return walk(datum, treeNode, (of, node) => node[test(of, node) === true ? 'pass' : 'fail'])
    },
  },
  {
    name: 'model.tree.missingWalk',
    signatures: [
      '(datum: record D{}, treeNode: record T{pass: (T|any S), fail: (T|S), missing: (T|S)}, test: fcn(D, T)->(null|boolean)) -> S',
    ],
    build: () => (datum: RecordValue, treeNode: RecordValue, test: Test) => {
      return walk(datum, treeNode, (of, node) => {
        const answer = test(of, node)
        return node[answer === null ? 'missing' : answer ? 'pass' : 'fail']
      })
    },
  },
  {
    name: 'model.tree.simpleTree',
    signatures: [
      '(datum: record D{}, treeNode: record T{field: enum F, operator: string, value: any V, pass: (T|any S), fail: (T|S)}) -> S',
    ],
    errors: { 32060: SIMPLE_ERRORS[0], 32061: SIMPLE_ERRORS[1] },
    build(site) {
      const test = comparisonOf(site, { code: 32060, nullIsUnknown: false })
      return (datum: RecordValue, treeNode: RecordValue) =>
        walk(datum, treeNode, (of, node) => node[test(of, node) === true ? 'pass' : 'fail'])
    },
  },
]
