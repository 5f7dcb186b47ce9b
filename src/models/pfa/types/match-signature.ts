import { accepts, broadestType, unionOfAll } from './accepts.ts'
import type { Pattern, PatternField, Signature } from './pattern.ts'
import { arrayOf, BYTES, functionOf, mapOf, PRIMITIVES, type RecordType, type Type } from './type.ts'

export interface Match {
  /** The parameters' types, with labels resolved. */
  readonly params: readonly Type[]
  readonly ret: Type
  readonly labels: ReadonlyMap<string, Type>
}

/** How these argument types fit the signature, or undefined where they don't (PFA 0.8.1, type-checking of function calls). */
export function matchSignature(signature: Signature, args: readonly Type[]): Match | undefined {
  const { params, ret } = signature
  if (params.length !== args.length) return undefined
  let members: Members = new Map()
  for (let i = 0; i < args.length; i++) {
    const fitted = fits(params[i]!.pattern, args[i]!, { members, strict: false, reversed: false })
    if (fitted === undefined) return undefined
    members = fitted
  }
  const labels = new Map<string, Type>()
  for (const [label, types] of members) {
    const type = broadestType(types)
    if (type === undefined) return undefined
    labels.set(label, type)
  }
  const resolved = params.map(({ pattern }) => resolvePattern(pattern, labels))
  const result = resolvePattern(ret, labels)
  if (result === undefined || resolved.some((type) => type === undefined)) return undefined
  // A label may come out wider than what one of the functions takes.
  if (!args.every((type, i) => accepts(resolved[i]!, type))) return undefined
  return { params: resolved as Type[], ret: result, labels }
}

type Members = ReadonlyMap<string, readonly Type[]>

interface Fitting {
  readonly members: Members
  /** No promotion. */
  readonly strict: boolean
  /** Parameters of functions: what the function takes may be wider than what the signature gives. */
  readonly reversed: boolean
}

const WIDTH: Readonly<Partial<Record<string, number>>> = { int: 0, long: 1, float: 2, double: 3 }

function fits(pattern: Pattern, type: Type, fitting: Fitting): Members | undefined {
  if (type.kind === 'exception') return undefined
  switch (pattern.kind) {
    case 'type':
      return fitsPrimitive(pattern.type, type.kind, fitting) ? fitting.members : undefined
    case 'named':
      return pattern.type.key === type.key ? fitting.members : undefined
    case 'array':
      return type.kind === 'array' ? fits(pattern.items, type.items, fitting) : undefined
    case 'map':
      return type.kind === 'map' ? fits(pattern.values, type.values, fitting) : undefined
    case 'union':
      return type.kind === 'union' ? fitsUnion(pattern.types, type.types, fitting) : fitsSome(pattern.types, type, fitting)
    case 'fcn':
      return type.kind === 'fcn' ? fitsFunction(pattern, type, fitting) : undefined
    case 'any':
      return pattern.of !== undefined && !pattern.of.some((kind) => kind === type.kind) ? undefined : noted(pattern.label, type, fitting)
    case 'any-record':
      return type.kind === 'record'
        ? fitsFields(pattern.fields, type, { ...fitting, members: noted(pattern.label, type, fitting) })
        : undefined
    case 'any-enum':
      return type.kind === 'enum' ? noted(pattern.label, type, fitting) : undefined
    case 'any-fixed':
      return type.kind === 'fixed' ? noted(pattern.label, type, fitting) : undefined
  }
}

function fitsPrimitive(wanted: string, given: string, { strict, reversed }: Fitting): boolean {
  if (wanted === given) return true
  if (strict) return false
  const to = WIDTH[wanted]
  const from = WIDTH[given]
  if (to === undefined || from === undefined) return false
  return reversed ? from >= to : from <= to
}

function fitsSome(patterns: readonly Pattern[], type: Type, fitting: Fitting): Members | undefined {
  for (const pattern of patterns) {
    const members = fits(pattern, type, fitting)
    if (members !== undefined) return members
  }
  return undefined
}

/** Whether each branch fits another pattern: looked for by trying, since a wildcard fits anything. */
function fitsUnion(patterns: readonly Pattern[], types: readonly Type[], fitting: Fitting): Members | undefined {
  if (types.length > patterns.length) return undefined
  const [type, ...rest] = types
  if (type === undefined) return fitting.members
  for (const pattern of patterns) {
    const members = fits(pattern, type, { ...fitting, strict: true })
    if (members === undefined) continue
    const others = patterns.filter((other) => other !== pattern)
    const all = fitsUnion(others, rest, { ...fitting, members })
    if (all !== undefined) return all
  }
  return undefined
}

function fitsFunction(pattern: Pattern & { kind: 'fcn' }, type: Type & { kind: 'fcn' }, fitting: Fitting): Members | undefined {
  if (pattern.params.length !== type.params.length) return undefined
  let members = fitting.members
  for (let i = 0; i < type.params.length; i++) {
    const fitted = fits(pattern.params[i]!, type.params[i]!, { members, strict: fitting.strict, reversed: true })
    if (fitted === undefined) return undefined
    members = fitted
  }
  return fits(pattern.ret, type.ret, { members, strict: fitting.strict, reversed: false })
}

function fitsFields(fields: readonly PatternField[], type: RecordType, fitting: Fitting): Members | undefined {
  let { members } = fitting
  for (const { name, pattern } of fields) {
    const field = type.fields.find((candidate) => candidate.name === name)
    const fitted = field && fits(pattern, field.type, { ...fitting, members, strict: true })
    if (fitted === undefined) return undefined
    members = fitted
  }
  return members
}

function noted(label: string, type: Type, { members }: Fitting): Members {
  return new Map(members).set(label, [...(members.get(label) ?? []), type])
}

/** The type that a pattern stands for, or undefined where a label is unknown. */
export function resolvePattern(pattern: Pattern, labels: ReadonlyMap<string, Type>): Type | undefined {
  switch (pattern.kind) {
    case 'type':
      return PRIMITIVES.get(pattern.type) ?? BYTES
    case 'named':
      return pattern.type
    case 'array': {
      const items = resolvePattern(pattern.items, labels)
      return items && arrayOf(items)
    }
    case 'map': {
      const values = resolvePattern(pattern.values, labels)
      return values && mapOf(values)
    }
    case 'union': {
      const types = resolveAll(pattern.types, labels)
      return types && unionOfAll(types)
    }
    case 'fcn': {
      const params = resolveAll(pattern.params, labels)
      const ret = resolvePattern(pattern.ret, labels)
      return params && ret && functionOf(params, ret)
    }
    case 'any':
    case 'any-record':
    case 'any-enum':
    case 'any-fixed':
      return labels.get(pattern.label)
  }
}

function resolveAll(patterns: readonly Pattern[], labels: ReadonlyMap<string, Type>): readonly Type[] | undefined {
  const types = patterns.map((pattern) => resolvePattern(pattern, labels))
  return types.every((type) => type !== undefined) ? types : undefined
}
