import { type OpEntry, type OpTable } from './op-table.ts'

const pass: OpEntry = { convert: (op) => op.inputs[0] ?? [] }
const resource: OpEntry = {
  convert: (op) => ({ kind: 'resource', op: op.node.op, path: op.path, sharedName: op.text('shared_name') }),
}

/** Constants, variables, and ops that give what they get. */
export const STRUCTURE: OpTable = {
  Const: {
    convert: (op) => {
      const constant = op.attribute('value').tensor?.()
      if (constant === undefined) throw op.malformed('has no value')
      return { kind: 'tensor', type: constant.type, constant, shape: constant.shape }
    },
  },
  Placeholder: {
    convert: (op) => {
      throw op.unsupported('is an input that the signature does not name')
    },
    note: 'the inputs',
  },
  PlaceholderWithDefault: { ...pass, note: 'an input, or its default' },
  VariableV2: {
    convert: (op) => {
      const constant = op.resources.variable({ kind: 'resource', op: op.node.op, path: op.path, sharedName: op.text('shared_name') })
      return { kind: 'tensor', type: constant.type, constant, shape: constant.shape }
    },
  },
  VarHandleOp: resource,
  ReadVariableOp: {
    convert: (op) => {
      const constant = op.resources.variable(op.resource(0))
      return { kind: 'tensor', type: constant.type, constant, shape: constant.shape }
    },
  },
  HashTable: resource,
  HashTableV2: resource,
  MutableHashTable: resource,
  MutableHashTableV2: resource,
  Identity: pass,
  IdentityN: { convert: (op) => op.inputs },
  Snapshot: pass,
  StopGradient: pass,
  PreventGradient: pass,
  EnsureShape: pass,
  CheckNumerics: pass,
}
