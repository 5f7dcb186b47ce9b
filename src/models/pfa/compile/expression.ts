import { isArray, isObject, type Json, type JsonObject, Real } from '../document/json.ts'
import { BOOLEAN, DOUBLE, INT, LONG, STRING } from '../types/type.ts'
import { NULL_OPERAND } from './constant-pool.ts'
import { BINARY_FORMS } from './forms/binary.ts'
import { CALL_FORMS, compileCall } from './forms/calls.ts'
import { CONDITION_FORMS } from './forms/conditions.ts'
import { attribute, CONTAINER_FORMS } from './forms/containers.ts'
import { ERROR_FORMS } from './forms/errors.ts'
import type { Form } from './forms/form.ts'
import { LITERAL_FORMS } from './forms/literals.ts'
import { LOOP_FORMS } from './forms/loops.ts'
import type { Operand } from './operand.ts'
import type { Site } from './site.ts'

const FORMS: ReadonlyMap<string, Form> = new Map(
  [LITERAL_FORMS, CONDITION_FORMS, LOOP_FORMS, CONTAINER_FORMS, ERROR_FORMS, BINARY_FORMS, CALL_FORMS].flatMap((table) =>
    Object.entries(table),
  ),
)

/** Keys of special forms, which no function can be called by. */
const RESERVED: ReadonlySet<string> = new Set([...FORMS.keys()].flatMap((keys) => keys.split(',')).concat('fcn', 'fill', 'params', 'ret'))

/** Compiles an expression: a literal, a symbol, a special form or a call (PFA 0.8.1, expressions). */
export function compileExpression(json: Json, site: Site): Operand {
  const { constants } = site.program
  if (json === null) return NULL_OPERAND
  if (typeof json === 'boolean') return constants.literal(BOOLEAN, json)
  if (typeof json === 'number') {
    if (!Number.isInteger(json)) return constants.literal(DOUBLE, json)
    return constants.literal(json >= -2147483648 && json <= 2147483647 ? INT : LONG, json)
  }
  if (typeof json === 'bigint') return site.literal(LONG, json)
  if (json instanceof Real) return constants.literal(DOUBLE, json.value)
  if (typeof json === 'string') return symbol(json, site)
  if (isArray(json)) {
    const [text] = json
    if (json.length === 1 && typeof text === 'string') return constants.literal(STRING, text)
    return site.refuse('an array is no expression, but for ["text"]')
  }
  return isObject(json) ? form(json, site) : site.refuse('an expression is wanted')
}

/** A symbol, or a path into one: `name.field.0`. */
function symbol(text: string, site: Site): Operand {
  const [name, ...path] = text.split('.')
  const variable = site.scope.get(site.symbol(name!))
  if (variable === undefined) return site.refuse(`there is no symbol '${name}'`)
  const operand: Operand = { code: variable.code, type: variable.type, stable: true }
  if (path.length === 0) return operand
  const indexes = path.map((part): Json => (/^[+-]?\d+$/.test(part) ? Number(part) : [part]))
  return attribute(operand, indexes, site)
}

function form(json: JsonObject, site: Site): Operand {
  const keys = [...json.keys()].filter((key) => key !== '@')
  const compile = FORMS.get(keys.length > 1 ? keys.toSorted().join() : (keys[0] ?? ''))
  if (compile !== undefined) return compile(json, site)
  const [name] = keys
  if (keys.length === 1 && !RESERVED.has(name!)) return compileCall(name!, json.get(name!), site)
  if (keys.includes('fcn') || keys.includes('params')) return site.refuse('a function may only be an argument of a call')
  return site.refuse(keys.length === 0 ? 'an empty object is no expression' : `there is no special form with the keys ${keys.join(', ')}`)
}
