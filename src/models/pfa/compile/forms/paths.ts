import type { Json } from '../../document/json.ts'
import type { Type } from '../../types/type.ts'
import { propertyOf } from '../../values/value.ts'
import type { Operand } from '../operand.ts'
import type { Site } from '../site.ts'

/** A step into an array, map or record. */
export type Step =
  | { readonly kind: 'array' | 'map'; readonly index: Operand; readonly type: Type }
  | { readonly kind: 'record'; readonly property: string; readonly type: Type }

/** The codes of the errors that a form raises for what a path does not find (PFA 0.8.1, extracting from and updating containers). */
export interface PathCodes {
  readonly form: string
  readonly array: number
  readonly map: number
}

export interface Path {
  readonly steps: readonly Step[]
  readonly type: Type
}

/** Compiles the indexes of a path into a value of this type. */
export function compilePath(path: readonly Json[], type: Type, site: Site): Path {
  let current = type
  const steps: Step[] = []
  const operands = site.sequence(path.length, (inner, i) => inner.at(i, path[i]).with({ scope: site.scope.argument() }).expression(path[i]))
  operands.forEach((operand, i) => {
    const step = stepInto(current, operand, site.at(i, path[i]))
    steps.push(step)
    current = step.type
  })
  return { steps, type: current }
}

function stepInto(type: Type, index: Operand, site: Site): Step {
  if (type.kind === 'array') {
    if (index.type.kind !== 'int' && index.type.kind !== 'long') site.refuse(`an array is indexed by int or long, not ${index.type.key}`)
    return { kind: 'array', index, type: type.items }
  }
  if (index.type.kind !== 'string') site.refuse(`${type.key} is indexed by string, not ${index.type.key}`)
  if (type.kind === 'map') return { kind: 'map', index, type: type.values }
  if (type.kind !== 'record') return site.refuse(`${type.key} has no parts`)
  const name = index.literal?.value
  if (typeof name !== 'string') return site.refuse('a field of a record is a literal string')
  const field = type.fields.find((candidate) => candidate.name === name)
  if (field === undefined) return site.refuse(`the record ${type.name} has no field '${name}'`)
  return { kind: 'record', property: propertyOf(name), type: field.type }
}

/** The part of `container` that a path leads to. */
export function readPath(container: string, { steps }: Path, { site, codes }: { site: Site; codes: PathCodes }): string {
  return steps.reduce((code, step) => stepCode(code, step, { site, codes }), container)
}

function stepCode(container: string, step: Step, { site, codes }: { site: Site; codes: PathCodes }): string {
  if (step.kind === 'record') return `${container}.${step.property}`
  const name = `$${step.kind}_${codes[step.kind]}`
  const raise = `$fail(${step.kind === 'array' ? '"array index not found"' : '"map key not found"'}, ${codes[step.kind]}, ${JSON.stringify(codes.form)})`
  const source =
    step.kind === 'array'
      ? `function ${name}(a, i) { return i >= 0 && i < a.length ? a[i] : ${raise}; }`
      : `function ${name}(m, k) { const v = m.get(k); return v === undefined ? ${raise} : v; }`
  return `${site.program.helper(name, source)}(${container}, ${step.index.code})`
}

/**
 * Writes the statements that make a copy of `container` in which the part that a path leads to is `replacement(old part)`. Gives the name of
 * the copy.
 */
export function updatePath(
  container: Operand,
  { steps }: Path,
  { site, codes, replacement }: { site: Site; codes: PathCodes; replacement: (old: string) => string },
): string {
  const { program, block } = site
  const levels = [site.kept(container).code]
  const keyed = steps.map((step) => (step.kind === 'record' ? step : { ...step, index: site.kept(step.index) }))
  for (const step of keyed) {
    const name = program.fresh('t')
    block.add(`const ${name} = ${stepCode(levels.at(-1)!, step, { site, codes })};`)
    levels.push(name)
  }
  let part = program.fresh('t')
  block.add(`const ${part} = ${replacement(levels.pop()!)};`)
  for (const step of keyed.toReversed()) {
    const copy = program.fresh('t')
    const old = levels.pop()!
    if (step.kind === 'record') block.add(`const ${copy} = ${old}.$copy();\n${copy}.${step.property} = ${part};`)
    else if (step.kind === 'array') block.add(`const ${copy} = ${old}.slice();\n${copy}[${step.index.code}] = ${part};`)
    else block.add(`const ${copy} = new Map(${old});\n${copy}.set(${step.index.code}, ${part});`)
    part = copy
  }
  return part
}
