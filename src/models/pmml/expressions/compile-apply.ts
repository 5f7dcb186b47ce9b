import { SluiceError } from '../../../core/errors.ts'
import { cast, literalCell } from '../assembly/convert.ts'
import { cellOperand, type Operand } from '../assembly/operand.ts'
import { Scope } from '../assembly/scope.ts'
import { FUNCTIONS } from '../functions/table.ts'
import type { Apply, DefineFunction } from './expression.ts'

/**
 * The call of a built-in or defined function (PMML 4.4.1, Functions). `mapMissingTo` is the result where an argument is missing,
 * `defaultValue` where the result is.
 */
export function compileApply(apply: Apply, scope: Scope): Operand {
  const definition = scope.assembly.functions.get(apply.function)
  const args = apply.arguments.map((argument) => scope.assembly.compile(argument, scope))
  const result = definition === undefined ? callBuiltIn(apply, args, scope) : callDefined(definition, args, scope)
  return withDefaults(apply, args, result, scope)
}

function callBuiltIn(apply: Apply, args: readonly Operand[], scope: Scope): Operand {
  const entry = Object.hasOwn(FUNCTIONS, apply.function) ? FUNCTIONS[apply.function] : undefined
  if (entry === undefined)
    throw new SluiceError('model.unsupported', `the function '${apply.function}' is not supported`, {
      details: { function: apply.function },
    })
  const [least, most] = entry.arity
  if (args.length < least || args.length > most) {
    const wanted = least === most ? `${least}` : `${least} to ${most === Infinity ? 'any number of' : most}`
    throw new SluiceError('model.malformed', `the function '${apply.function}' has ${args.length} arguments; it takes ${wanted}`)
  }
  return entry.build(args, scope.assembly)
}

function callDefined(definition: DefineFunction, args: readonly Operand[], outer: Scope): Operand {
  const { assembly } = outer
  const { name, parameters } = definition
  if (args.length !== parameters.length) {
    throw new SluiceError('model.malformed', `the function '${name}' has ${args.length} arguments; it takes ${parameters.length}`)
  }
  if (assembly.expanding.has(name)) throw new SluiceError('model.malformed', `the function '${name}' calls itself`)
  assembly.expanding.add(name)
  const inner = new Scope(assembly)
  const stores = args.map((argument, i) => {
    const value = cast(argument, parameters[i]!.dataType, assembly)
    const held = value.literal !== undefined || value.slot !== undefined
    const operand = held ? value : cellOperand(value.type, assembly.take(), value.source === undefined ? {} : { source: value.source })
    inner.bind(parameters[i]!.name, operand)
    return { run: value.run, slot: held ? -1 : operand.slot! }
  })
  const body = cast(assembly.compile(definition.expression, inner), definition.dataType, assembly)
  assembly.expanding.delete(name)
  const stored = stores.filter((store) => store.slot >= 0)
  const { steps } = inner
  // What a function remembers sees every record once, whether its result is asked for or not.
  if (steps.length > 0) {
    outer.steps.push((cells, at) => {
      for (let i = 0; i < stored.length; i++) cells[at + stored[i]!.slot] = stored[i]!.run(cells, at)
      for (let i = 0; i < steps.length; i++) steps[i]!(cells, at)
    })
  }
  if (stored.length === 0) return body
  const { run, type, source } = body
  return {
    type,
    ...(source !== undefined && { source }),
    run: (cells, at) => {
      for (let i = 0; i < stored.length; i++) cells[at + stored[i]!.slot] = stored[i]!.run(cells, at)
      return run(cells, at)
    },
  }
}

// oxlint-disable-next-line max-params -- a call's parts
function withDefaults(apply: Apply, args: readonly Operand[], result: Operand, scope: Scope): Operand {
  const { mapMissingTo, defaultValue } = apply
  if (mapMissingTo === undefined && defaultValue === undefined) return result
  const { type, run, source } = result
  const fallback = defaultValue === undefined ? NaN : literalCell(defaultValue, type, scope.assembly)
  const missing = mapMissingTo === undefined ? NaN : literalCell(mapMissingTo, type, scope.assembly)
  const mapped = mapMissingTo === undefined ? [] : args.map((argument) => argument.run)
  return {
    type,
    ...(source !== undefined && { source }),
    run: (cells, at) => {
      for (let i = 0; i < mapped.length; i++) if (Number.isNaN(mapped[i]!(cells, at))) return missing
      const value = run(cells, at)
      return Number.isNaN(value) ? fallback : value
    },
  }
}
