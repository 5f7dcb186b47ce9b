import { SluiceError } from '../../../core/errors.ts'
import { OnnxBody, type OnnxEnd } from './onnx-body.ts'
import type { Refused, Tensor, TensorList, Value } from './value.ts'

/** What can go from one round of a loop to the next, or out of a branch. */
export type Carried = Tensor | TensorList

export interface Loop {
  /** Whether there is a first round. */
  readonly first: Tensor
  readonly initial: readonly Carried[]
  /** Converts a round into a graph of its own: what the values are after it, and whether there is another. */
  readonly round: (inside: readonly Carried[], body: OnnxBody) => { readonly again: Value; readonly next: readonly Value[] }
}

/** Adds a loop: what its values are at the end, or why it can't be converted. */
export function emitLoop(outer: OnnxBody, { first, initial, round }: Loop): readonly Carried[] | Refused {
  const body = new OnnxBody(outer)
  const [count, going] = [body.newName(), body.newName()]
  const inside = initial.map((value) => named(value, body.newName()))
  const { again, next } = round(inside, body)
  const bad = [again, ...next].find((value) => value.kind === 'refused')
  if (bad !== undefined) return bad
  if (again.kind !== 'tensor' || next.some((value, i) => value.kind !== initial[i]!.kind)) {
    return {
      kind: 'refused',
      error: new SluiceError('model.unsupported', 'a loop changes a variable or table, or the kind of a value, from round to round'),
    }
  }
  const outputs = [again, ...(next as Carried[])].map((value) => endOf(body, value))
  const ends: OnnxEnd[] = [{ name: count, type: 'int64', shape: [] }, { name: going, type: 'bool', shape: [] }, ...inside.map(declared)]
  const names = initial.map(() => outer.newName())
  const start = initial.map((value) => (value.kind === 'list' ? outer.sequenceOf(value) : outer.nameOf(value)))
  outer.add('Loop', [['', outer.nameOf(first), ...start], names], { attributes: { body: { graph: body.graph(ends, outputs) } } })
  return initial.map((value, i) => named(value, names[i]!))
}

/** A value of this kind under another name. */
export function named(like: Carried, name: string): Carried {
  return like.kind === 'list' ? { kind: 'list', type: like.type, sequence: name } : { kind: 'tensor', type: like.type, name }
}

function declared(value: Carried): OnnxEnd {
  return value.kind === 'list' ? { name: value.sequence!, type: value.type, isSequence: true } : { name: value.name!, type: value.type }
}

/** The value as an output of this graph, under a name of its own. */
export function endOf(body: OnnxBody, value: Carried): OnnxEnd {
  const result = named(value, body.newName())
  const end = declared(result)
  body.add('Identity', [[value.kind === 'list' ? body.sequenceOf(value) : body.nameOf(value)], [end.name]])
  return end
}
