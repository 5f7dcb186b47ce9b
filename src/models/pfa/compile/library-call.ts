import type { Written } from '../hot/hot-function.ts'
import { hotFunction } from '../hot/index.ts'
import { libraryFunction } from '../library/index.ts'
import type { CallSite, LibraryFunction } from '../library/library-function.ts'
import { type Match, matchSignature, resolvePattern } from '../types/match-signature.ts'
import { parseSignature, type Signature } from '../types/pattern.ts'
import { functionOf, type RecordType, type Type } from '../types/type.ts'
import { PfaRuntimeError } from '../values/runtime-error.ts'
import type { Value } from '../values/value.ts'
import type { Operand } from './operand.ts'
import type { Site } from './site.ts'

const SIGNATURES = new WeakMap<LibraryFunction, readonly Signature[]>()

function signaturesOf(row: LibraryFunction): readonly Signature[] {
  const known = SIGNATURES.get(row)
  if (known !== undefined) return known
  const parsed = row.signatures.map(parseSignature)
  SIGNATURES.set(row, parsed)
  return parsed
}

/** The row of a library function that a document calls. */
export function knownFunction(name: string, site: Site): LibraryFunction {
  return libraryFunction(name) ?? site.refuse(`there is no function '${name}'${functionHint(name, site)}`)
}

/** Compiles a call of a library function with these arguments. */
export function libraryCall(row: LibraryFunction, given: readonly Operand[], site: Site): Operand {
  const { match, signature } = fitting(row, given, site)
  const operands = given.map((operand, i) => site.converted(operand, match.params[i]!))
  const call = callSite(row, { match, signature, operands }, site)
  const written = writeHot(row, { call, given, operands }, site)
  if (written !== undefined) return { ...written, type: match.ret, stable: false }
  const code = site.program.constants.name(row.build(call))
  return { code: `${code}(${operands.map((operand) => operand.code).join(', ')})`, type: match.ret, stable: false }
}

function functionHint(name: string, site: Site): string {
  return site.program.parts.functions.has(name) ? `; did you mean 'u.${name}'?` : ''
}

function fitting(row: LibraryFunction, given: readonly Operand[], site: Site): { match: Match; signature: number } {
  const types = given.map((operand) => operand.type)
  const signatures = signaturesOf(row)
  for (let i = 0; i < signatures.length; i++) {
    const match = matchSignature(signatures[i]!, types)
    if (match !== undefined) return { match, signature: i }
  }
  return site.refuse(`the function '${row.name}' takes ${row.signatures.join(' or ')}, not (${types.map((type) => type.key).join(', ')})`)
}

interface Fitted {
  readonly match: Match
  readonly signature: number
  readonly operands: readonly Operand[]
}

function callSite(row: LibraryFunction, { match, signature, operands }: Fitted, site: Site): CallSite {
  const { values, services } = site.program.parts
  site.program.called.add(row.name)
  const literals = new Map<number, Value>()
  operands.forEach((operand, i) => {
    if (operand.literal !== undefined) literals.set(i, operand.literal.value)
  })
  return {
    name: row.name,
    signature,
    params: match.params,
    result: match.ret,
    labels: match.labels,
    literals,
    engine: services,
    fail: (code) => {
      throw new PfaRuntimeError(row.errors?.[code] ?? row.name, code, row.name)
    },
    refuse: (problem) => site.refuse(`${row.name}: ${problem}`),
    constant: (value) => site.program.constants.name(value),
    comparator: values.comparator,
    equality: (type) => {
      const compare = values.comparator(type)
      return (x, y) => compare(x, y) === 0
    },
    blank: (type) => new (values.classes.get(type))(),
    jsonWriter: values.jsonWriter,
    avroWriter: values.avroWriter,
  }
}

/** The call written out, for functions that have code of their own where they are called. */
function writeHot(
  row: LibraryFunction,
  { call, given, operands }: Inlining & { given: readonly Operand[] },
  site: Site,
): Written | undefined {
  const { program } = site
  const classOf = (type: RecordType): string => program.constants.name(program.parts.values.classes.get(type))
  const parts = { site: call, classOf, given, library: () => row.build(call), define: program.define, variable: program.variable }
  const hot = hotFunction(row.name)
  const write = (args: readonly string[]): Written | undefined => {
    const written = hot?.(parts, args)
    if (written !== undefined || row.inline === undefined) return written
    const code = row.inline(call, args)
    return code === undefined ? undefined : { code }
  }
  return inline(write, operands, site)
}

interface Inlining {
  readonly call: CallSite
  readonly operands: readonly Operand[]
}

/**
 * The code of an inlined call. Arguments go into it as they are where each stands in it once and in order; else those that are not
 * stable become variables first.
 */
function inline(write: (args: readonly string[]) => Written | undefined, operands: readonly Operand[], site: Site): Written | undefined {
  const written = write(operands.map((_, i) => `$arg${i}$`))
  if (written === undefined) return undefined
  const found = [...written.code.matchAll(/\$arg(\d+)\$/g)].map((match) => Number(match[1]))
  const once = found.length === operands.length && found.every((place, i) => place === i)
  const ready = once ? operands : operands.map((operand) => site.kept(operand))
  const code = written.code.replaceAll(/\$arg(\d+)\$/g, (_, place: string) => ready[Number(place)]!.code)
  return { ...written, code }
}

/** A library function as a value: it must have one signature, without wildcards (PFA 0.8.1, function references). */
export function libraryReference(name: string, site: Site) {
  const row = libraryFunction(name)
  if (row === undefined) return site.refuse(`there is no function '${name}' (those of the document are called 'u.name')`)
  const [signature, ...others] = signaturesOf(row)
  const params = signature?.params.map(({ pattern }) => resolvePattern(pattern, new Map()))
  const ret = signature && resolvePattern(signature.ret, new Map())
  if (others.length > 0 || ret === undefined || params?.every((type) => type !== undefined) !== true) {
    return site.refuse(`'${name}' has several signatures: put it into a function definition with the one that is meant`)
  }
  const types: readonly Type[] = params
  const match = { params: types, ret, labels: new Map<string, Type>() }
  const call = callSite(row, { match, signature: 0, operands: [] }, site)
  const operand = { code: site.program.constants.name(row.build(call)), type: functionOf(types, ret), stable: true, alias: name }
  return { operand, names: signature!.params.map((param) => param.name) }
}
