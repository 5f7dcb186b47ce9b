import { SluiceError } from '../../../core/errors.ts'
import type { GraphNode } from '../proto/read-graph.ts'
import type { Converter } from './converter.ts'
import { emitLoop } from './loop.ts'
import type { OnnxBody } from './onnx-body.ts'
import type { Scope } from './scope.ts'
import { DEAD, type Value } from './value.ts'

/** A value of a loop: it comes in at `enter`, is at `merge` in each round, and goes on at `next` or leaves at an exit. */
interface LoopVariable {
  readonly enter: GraphNode
  readonly merge: string
  readonly choice: string
  readonly next: GraphNode
}

const EXITS = new Set(['Exit', 'RefExit'])
const ENTERS = new Set(['Enter', 'RefEnter'])

export function isExit({ op }: GraphNode): boolean {
  return EXITS.has(op)
}

/**
 * Converts a loop of TensorFlow 1 control flow (Enter, Merge, Switch, NextIteration, Exit), found by one of its exits, and sets what
 * all its exits are in the scope.
 */
export function convertFirstLoop(
  exit: GraphNode,
  { converter, scope, body }: { converter: Converter; scope: Scope; body: OnnxBody },
): void {
  const choice = inputOf(scope, exit, 0)
  const condition = inputOf(scope, choice, 1)
  const variables = variablesOf(scope, condition)
  const frame = variables[0]?.enter.attributes.get('frame_name')?.text ?? ''
  const outside = [...scope.nodes.values()].filter((node) => ENTERS.has(node.op) && node.attributes.get('frame_name')?.text === frame)
  const given = new Map(outside.map((enter) => [enter.name, converter.evaluate(scope, body, [enter.inputs[0] ?? ''])[0]!]))
  const initial = variables.map(({ enter }) => given.get(enter.name)!)
  const exits = [...scope.nodes.values()].filter(
    (node) => isExit(node) && variables.some(({ choice: name }) => scope.ref(node.inputs[0] ?? '').name === name),
  )
  const set = (values: readonly Value[]): void => {
    for (const node of exits)
      scope.values.set(node.name, [values[variables.findIndex(({ choice: name }) => scope.ref(node.inputs[0]!).name === name)]!])
  }
  const refused = initial.find((value) => value.kind === 'refused')
  if (refused !== undefined) return set(variables.map(() => refused))

  const fork = (values: readonly Value[]): Scope => {
    const inner = new Map(scope.values)
    for (const [name, value] of given) inner.set(name, [value])
    for (const [i, { merge, choice: name }] of variables.entries()) {
      inner.set(merge, [values[i]!])
      inner.set(name, [DEAD, values[i]!])
    }
    return { ...scope, values: inner }
  }
  const going = (values: readonly Value[], into: OnnxBody): Value => converter.evaluate(fork(values), into, [condition.inputs[0] ?? ''])[0]!
  const first = going(initial, body)
  const isCarried = initial.every((value) => value.kind === 'tensor' || value.kind === 'list')
  if (first.kind !== 'tensor' || !isCarried) {
    const error = new SluiceError('model.unsupported', `the loop '${frame}' changes a variable or table from round to round`)
    return set(variables.map(() => (first.kind === 'refused' ? first : { kind: 'refused', error })))
  }
  const outcome = emitLoop(body, {
    first,
    initial,
    round: (inside, into) => {
      const next = converter.evaluate(
        fork(inside),
        into,
        variables.map((variable) => variable.next.inputs[0] ?? ''),
      )
      return { again: going(next, into), next }
    },
  })
  set('kind' in outcome ? variables.map(() => outcome) : outcome)
}

function variablesOf(scope: Scope, condition: GraphNode): LoopVariable[] {
  const switches = [...scope.nodes.values()].filter(
    (node) => /^(Ref)?Switch$/.test(node.op) && scope.ref(node.inputs[1] ?? '').name === condition.name,
  )
  return switches.map((choice) => {
    const merge = inputOf(scope, choice, 0)
    const [enter, next] = [inputOf(scope, merge, 0), inputOf(scope, merge, 1)]
    if (!ENTERS.has(enter.op) || !/^(Ref)?NextIteration$/.test(next.op)) throw malformed(merge)
    return { enter, merge: merge.name, choice: choice.name, next }
  })
}

function inputOf(scope: Scope, node: GraphNode, at: number): GraphNode {
  const found = scope.nodes.get(scope.ref(node.inputs[at] ?? '').name)
  if (found === undefined) throw malformed(node)
  return found
}

function malformed({ op, name }: GraphNode): SluiceError {
  return new SluiceError('model.malformed', `op '${op}' (node '${name}') is no part of a loop as TensorFlow 1 makes them`)
}
