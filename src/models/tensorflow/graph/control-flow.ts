import type { GraphFunction, GraphNode } from '../proto/read-graph.ts'
import type { Converter } from './converter.ts'
import { type Carried, emitLoop, endOf, named } from './loop.ts'
import { OnnxBody } from './onnx-body.ts'
import type { OpContext } from './op-context.ts'
import { callScope, functionNamed, type Scope } from './scope.ts'
import { DEAD, type Value } from './value.ts'

export interface ControlFlow {
  readonly converter: Converter
  readonly scope: Scope
}

interface ControlFlowEntry {
  /** Whether it takes inputs that can't be converted, which may be of no use inside. */
  readonly mayBeRefused: boolean
  readonly convert: (op: OpContext, flow: ControlFlow) => Value[]
}

/** Ops that call functions or choose between parts of a graph. */
export const CONTROL_FLOW: Readonly<Record<string, ControlFlowEntry>> = {
  PartitionedCall: { mayBeRefused: true, convert: convertCall },
  StatefulPartitionedCall: { mayBeRefused: true, convert: convertCall },
  While: { mayBeRefused: true, convert: convertWhile },
  StatelessWhile: { mayBeRefused: true, convert: convertWhile },
  If: { mayBeRefused: true, convert: convertIf },
  StatelessIf: { mayBeRefused: true, convert: convertIf },
  Switch: { mayBeRefused: false, convert: convertSwitch },
  RefSwitch: { mayBeRefused: false, convert: convertSwitch },
  Merge: { mayBeRefused: true, convert: convertMerge },
  RefMerge: { mayBeRefused: true, convert: convertMerge },
}

export const CONTROL_FLOW_OPS: readonly string[] = Object.keys(CONTROL_FLOW).sort()

function functionOf(op: OpContext, { converter }: ControlFlow, attribute: string): GraphFunction {
  return functionNamed(converter.graph, op.attribute(attribute).functionName)
}

function convertCall(op: OpContext, flow: ControlFlow): Value[] {
  return flow.converter.call(functionOf(op, flow, 'f'), { scope: flow.scope, node: op.node.name, inputs: op.inputs, body: op.body })
}

function convertSwitch(op: OpContext): Value[] {
  const chosen = op.numbers(1, 'conditions')[0]
  const data = op.inputs[0]!
  return chosen === 0 ? [data, DEAD] : [DEAD, data]
}

function convertMerge(op: OpContext): Value[] {
  const at = op.inputs.findIndex((input) => input.kind !== 'dead')
  return at < 0 ? [DEAD, DEAD] : [op.inputs[at]!, op.scalar('int32', at)]
}

function convertIf(op: OpContext, flow: ControlFlow): Value[] {
  const inputs = op.inputs.slice(1)
  const known = op.knownNumbers(0)
  if (known !== undefined) return branch(op, flow, { name: known[0] === 0 ? 'else_branch' : 'then_branch', inputs, body: op.body })
  const bodies = (['then_branch', 'else_branch'] as const).map((name) => {
    const body = new OnnxBody(op.body)
    return { body, results: branch(op, flow, { name, inputs, body }) }
  })
  const [yes, no] = bodies as [(typeof bodies)[0], (typeof bodies)[0]]
  const outcome = yes.results.map((result, i) => mergedResult(result, no.results[i] ?? DEAD))
  const open = outcome.flatMap((result, i) => (result === 'open' ? [i] : []))
  if (open.length === 0) return outcome as Value[]
  const graphs = bodies.map(({ body, results }) =>
    body.graph(
      [],
      open.map((i) => endOf(body, results[i] as Carried)),
    ),
  )
  const names = open.map(() => op.body.newName())
  const condition = op.body.nameOf(op.cast(op.tensor(0), 'bool'))
  op.body.add('If', [[condition], names], { attributes: { then_branch: { graph: graphs[0]! }, else_branch: { graph: graphs[1]! } } })
  return outcome.map((result, i) => (result === 'open' ? named(yes.results[i] as Carried, names[open.indexOf(i)]!) : result))
}

interface Branch {
  readonly name: string
  readonly inputs: readonly Value[]
  readonly body: OnnxBody
}

function branch(op: OpContext, flow: ControlFlow, { name, inputs, body }: Branch): Value[] {
  return flow.converter.call(functionOf(op, flow, name), { scope: flow.scope, node: `${op.node.name}:${name}`, inputs, body })
}

/** A result of both branches: the same value, one that only the run decides, or an error. */
function mergedResult(a: Value, b: Value): Value | 'open' {
  if (a === b) return a
  if (a.kind === 'refused') return a
  if (b.kind === 'refused' || a.kind !== b.kind) return b
  return a.kind === 'tensor' || a.kind === 'list' ? 'open' : a
}

function convertWhile(op: OpContext, flow: ControlFlow): Value[] {
  const { scope, converter } = flow
  const [condition, step] = [functionOf(op, flow, 'cond'), functionOf(op, flow, 'body')]
  const call = (called: GraphFunction, inputs: readonly Value[], body: OnnxBody): Value[] =>
    converter.call(called, { scope, node: `${op.node.name}:${called.name}`, inputs, body })
  const unchanged = unchangedResults(step, scope)
  const carried = op.inputs.flatMap((_, i) => (unchanged[i] === true ? [] : [i]))
  const first = call(condition, op.inputs, op.body)[0]
  const bad =
    first?.kind === 'refused' ? first : carried.map((i) => op.inputs[i]!).find((input) => input.kind !== 'tensor' && input.kind !== 'list')
  if (bad?.kind === 'refused') return [bad]
  if (bad !== undefined || first?.kind !== 'tensor') throw op.unsupported('changes a variable or table from round to round')

  const outcome = emitLoop(op.body, {
    first,
    initial: carried.map((i) => op.inputs[i] as Carried),
    round: (inside, body) => {
      const inputs = [...op.inputs]
      for (const [at, i] of carried.entries()) inputs[i] = inside[at]!
      const results = call(step, inputs, body)
      const next = op.inputs.map((input, i) => (unchanged[i] === true ? input : (results[i] ?? DEAD)))
      return { again: call(condition, next, body)[0]!, next: carried.map((i) => next[i]!) }
    },
  })
  if ('kind' in outcome) return [outcome]
  return op.inputs.map((input, i) => outcome[carried.indexOf(i)] ?? input)
}

/** Which results of a loop's body are its parameters as they came: weights, and all that a loop only reads. */
function unchangedResults(step: GraphFunction, caller: Scope): boolean[] {
  const { ref, nodes } = callScope(step, { caller, node: step.name, inputs: [] })
  return step.results.map((result, i) => {
    let at = ref(step.returns.get(result) ?? '')
    for (let steps = 0; at.index !== null && steps < 1000; steps++) {
      const node: GraphNode | undefined = nodes.get(at.name)
      if (node?.op !== 'Identity' || node.inputs[0] === undefined) return false
      at = ref(node.inputs[0])
    }
    return at.index === null && at.name === step.parameters[i]
  })
}
