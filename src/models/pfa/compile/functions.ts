import { isArray, isObject, type Json, type JsonObject } from '../document/json.ts'
import { accepts } from '../types/accepts.ts'
import { functionOf, NULL, type Type } from '../types/type.ts'
import { Block } from './block.ts'
import { TICK } from './forms/loops.ts'
import { libraryFunction } from '../library/index.ts'
import { libraryReference } from './library-call.ts'
import type { Operand, TreeWalk } from './operand.ts'
import { Routine, Scope } from './scope.ts'
import type { Site } from './site.ts'

const PARAMETER_LIMIT = 22

/** Compiles an argument of a call: an expression, an inline function, or a reference to a function. */
export function compileArgument(json: Json | undefined, site: Site): Operand {
  return functionArgument(json, site) ?? site.with({ scope: site.scope.argument() }).expression(json)
}

/** Compiles what stands for a function; undefined where it is an expression. */
export function functionArgument(json: Json | undefined, site: Site): Operand | undefined {
  if (!isObject(json)) return undefined
  const keys = [...json.keys()].filter((key) => key !== '@').toSorted()
  const compile = FUNCTION_FORMS[keys.join()]
  return compile?.(json, site)
}

const FUNCTION_FORMS: Readonly<Record<string, (json: JsonObject, site: Site) => Operand>> = {
  'do,params,ret': inlineFunction,
  fcn: (json, site) => functionReference(site.text(json, 'fcn'), site).operand,
  'fcn,fill': filledReference,
}

export interface FunctionBody {
  readonly params: readonly { readonly name: string; readonly type: Type }[]
  readonly ret: Type
  readonly json: Json | undefined
}

/** Reads the parameters and the result of a function definition. */
export function readFunction(json: JsonObject, site: Site): FunctionBody {
  const given = site.array(json, 'params')
  if (given.length > PARAMETER_LIMIT) site.at('params').refuse(`a function has at most ${PARAMETER_LIMIT} parameters`)
  const params = given.map((param, i) => {
    const here = site.at('params').at(i, param)
    const pairs = isObject(param) ? [...param].filter(([name]) => name !== '@') : []
    const [pair] = pairs
    if (pair === undefined || pairs.length !== 1) return here.refuse('a parameter is {name: type}')
    return { name: here.symbol(pair[0]), type: here.type(pair[1], pair[0]) }
  })
  const names = params.map(({ name }) => name)
  if (new Set(names).size < names.length) site.at('params').refuse('two parameters have one name')
  return { params, ret: site.type(json.get('ret'), 'ret'), json: json.get('do') }
}

interface WrittenFunction {
  readonly source: string
  readonly routine: Routine
  /** Where all that it does with its one parameter is to walk the tree that it is. */
  readonly walk?: TreeWalk
}

/** Writes `(parameters) { body }`. */
export function functionSource({ params, ret, json }: FunctionBody, outside: Scope, site: Site): WrittenFunction {
  const routine = new Routine(outside.routine)
  const scope = new Scope(outside, { above: true, within: false }, routine)
  const names = params.map(({ name, type }) => {
    const code = site.program.fresh(name)
    scope.declare(name, { type, code, routine })
    return code
  })
  const inner = site.at('do').with({ scope, block: new Block() })
  if (isArray(json) && json.length === 0) inner.refuse('at least one expression is wanted')
  const value = inner.body(json)
  if (value.type.kind !== 'exception' && !accepts(ret, value.type)) {
    site.refuse(`the function gives ${value.type.key}, and is declared to give ${ret.key}`)
  }
  const lines = [TICK, inner.block, `return ${inner.converted(value, ret).code};`]
  const { walk } = value
  const only =
    walk !== undefined &&
    inner.block.empty &&
    names.length === 1 &&
    walk.root.code === names[0] &&
    walk.datum.stable &&
    walk.datum.code !== names[0]
  return { source: `(${names.join(', ')}) {\n${lines.join('\n')}\n}`, routine, ...(only && { walk }) }
}

/**
 * Writes the body of an inline function of one value where it is called, on a value given as code; gives the code of the result, which is of
 * type `type` as the value is. Undefined where the JSON is no such function.
 */
export function applyInPlace(
  json: Json | undefined,
  { old, type }: { old: string; type: Type },
  site: Site,
): { code: string; routine: Routine } | undefined {
  if (!isInlineFunction(json)) return undefined
  const { params, ret, json: body } = readFunction(json, site)
  const [param] = params
  if (param === undefined || params.length > 1 || !accepts(param.type, type) || !accepts(type, ret)) {
    return site.refuse(
      `the function takes (${params.map((one) => one.type.key).join(', ')}) and gives ${ret.key}; both should be ${type.key}`,
    )
  }
  const routine = new Routine(site.scope.routine)
  const scope = new Scope(site.scope, { above: true, within: false }, routine)
  const code = site.program.fresh(param.name)
  scope.declare(param.name, { type: param.type, code, routine })
  site.block.add(`let ${code} = ${site.converted({ code: old, type, stable: true }, param.type).code};`)
  const inner = site.at('do').with({ scope })
  const value = inner.body(body)
  if (value.type.kind !== 'exception' && !accepts(ret, value.type)) {
    site.refuse(`the function gives ${value.type.key}, and is declared to give ${ret.key}`)
  }
  return { code: inner.converted(inner.converted(value, ret), type).code, routine }
}

/** Whether this is a function definition. */
export function isInlineFunction(json: Json | undefined): json is JsonObject {
  return (
    isObject(json) &&
    json.has('params') &&
    [...json.keys()]
      .filter((key) => key !== '@')
      .toSorted()
      .join() === 'do,params,ret'
  )
}

function inlineFunction(json: JsonObject, site: Site): Operand {
  const body = readFunction(json, site)
  const { source, routine, walk } = functionSource(body, site.scope, site)
  const name = site.program.fresh('f')
  const type = functionOf(
    body.params.map((param) => param.type),
    body.ret,
  )
  const alias = aliasOf(body)
  if (routine.captures) site.block.add(`const ${name} = function ${source};`)
  else site.program.functions.push(`function ${name}${source}`)
  return { code: name, type, stable: true, ...(alias !== undefined && { alias }), ...(walk !== undefined && { walk }) }
}

/** The library function that a body does nothing but call with the parameters in their order. */
function aliasOf({ params, json }: FunctionBody): string | undefined {
  const call = isArray(json) && json.length === 1 ? json[0] : json
  if (!isObject(call)) return undefined
  const [only, ...others] = [...call].filter(([key]) => key !== '@')
  if (only === undefined || others.length > 0 || libraryFunction(only[0]) === undefined) return undefined
  const args = isArray(only[1]) ? only[1] : [only[1]]
  const [similarity] = args
  // A distance by absolute differences is told with them.
  if (isObject(similarity) && similarity.get('fcn') === 'metric.absDiff' && args.length === 3 && params.length === 2) {
    return args[1] === params[0]!.name && args[2] === params[1]!.name ? `${only[0]}(metric.absDiff)` : undefined
  }
  return args.length === params.length && args.every((arg, i) => arg === params[i]!.name) ? only[0] : undefined
}

interface Reference {
  readonly operand: Operand & { readonly type: Type & { kind: 'fcn' } }
  readonly names: readonly string[]
}

function functionReference(name: string, site: Site): Reference {
  site.scope.routine.call(name)
  const { functions, emits } = site.program.parts
  if (name === 'emit' && emits !== undefined) {
    return { operand: { code: '$emit', type: functionOf([emits], NULL), stable: true }, names: ['output'] }
  }
  const user = name.startsWith('u.') ? functions.get(name.slice(2)) : undefined
  if (user !== undefined) {
    const type = functionOf(
      user.params.map((param) => param.type),
      user.ret,
    )
    return { operand: { code: user.code, type, stable: true }, names: user.params.map((param) => param.name) }
  }
  return libraryReference(name, site)
}

/** A reference with some of its arguments given already. */
function filledReference(json: JsonObject, site: Site): Operand {
  const { operand, names } = functionReference(site.text(json, 'fcn'), site)
  const fill = new Map(site.object(json, 'fill'))
  if (fill.size === 0) site.at('fill').refuse('at least one argument is wanted')
  for (const name of fill.keys())
    if (!names.includes(name)) site.at('fill').refuse(`the function has no parameter '${name}'; it has ${names.join(', ')}`)
  const filled = [...fill.keys()]
  const values = site
    .sequence(filled.length, (inner, i) => {
      const name = filled[i]!
      const part = fill.get(name)
      const here = inner.at('fill').at(name, part)
      return here.accepted(operand.type.params[names.indexOf(name)]!, compileArgument(part, here), `'${name}'`)
    })
    .map((value) => site.kept(value))
  const open = names.flatMap((name, i) => (fill.has(name) ? [] : [{ name: site.program.fresh('p'), type: operand.type.params[i]! }]))
  let next = 0
  const args = names.map((name) => (fill.has(name) ? values[filled.indexOf(name)]!.code : open[next++]!.name))
  const type = functionOf(
    open.map((param) => param.type),
    operand.type.ret,
  )
  const name = site.program.fresh('f')
  site.block.add(`const ${name} = (${open.map((param) => param.name).join(', ')}) => ${operand.code}(${args.join(', ')});`)
  return { code: name, type, stable: true }
}
