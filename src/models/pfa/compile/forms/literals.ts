import type { Json, JsonObject } from '../../document/json.ts'
import { BYTES, DOUBLE, FLOAT, INT, LONG, STRING, type Type } from '../../types/type.ts'
import { NULL_OPERAND } from '../constant-pool.ts'
import type { Operand } from '../operand.ts'
import type { Site } from '../site.ts'
import type { FormTable } from './form.ts'

/** PFA 0.8.1, special forms: literal values, `do`, `let`, `set`, `doc`, `upcast`. */
export const LITERAL_FORMS: FormTable = {
  int: (json, site) => site.at('int').literal(INT, json.get('int')),
  long: (json, site) => site.at('long').literal(LONG, json.get('long')),
  float: (json, site) => site.at('float').literal(FLOAT, numeric(json, 'float', site)),
  double: (json, site) => site.at('double').literal(DOUBLE, numeric(json, 'double', site)),
  string: (json, site) => site.at('string').literal(STRING, json.get('string')),
  base64: (json, site) => site.program.constants.literal(BYTES, new Uint8Array(Buffer.from(site.text(json, 'base64'), 'base64'))),
  'type,value': (json, site) => site.at('value').literal(site.type(json.get('type'), 'type'), json.get('value')),
  'new,type': (json, site) => {
    const type = site.type(json.get('type'), 'type')
    const fresh = json.get('new')
    return Array.isArray(fresh) ? newArray(json, type, site) : newObject(json, type, site)
  },
  do: (json, site) => {
    const result = site.at('do').with({ scope: site.scope.inner() }).body(json.get('do'))
    if (result.type.kind !== 'exception') return result
    site.run(result)
    return NULL_OPERAND
  },
  let: (json, site) => {
    if (site.scope.closed) site.refuse('a variable may not be declared here; a "do" around the expression makes room for it')
    const compiled = assignments(json, 'let', site).map(([name, part]) => {
      const here = site.at('let').at(name, part)
      if (site.scope.has(name)) here.refuse(`the symbol '${name}' may not be declared again or shadowed`)
      const value = here.with({ scope: site.scope.argument() }).expression(part)
      if (value.type.kind === 'exception') here.refuse(`'${name}' would never have a value`)
      return { name, here, value: site.kept(value) }
    })
    for (const { name, here, value } of compiled) site.block.add(`let ${here.declare(name, value.type)} = ${value.code};`)
    return NULL_OPERAND
  },
  set: (json, site) => {
    const compiled = assignments(json, 'set', site).map(([name, part]) => assigned(name, part, site.at('set').at(name, part)))
    const several = compiled.length > 1
    const kept = compiled.map(({ code, value }) => ({ code, value: several ? site.kept(value) : value }))
    for (const { code, value } of kept) site.block.add(`${code} = ${value.code};`)
    return NULL_OPERAND
  },
  doc: (json, site) => {
    site.text(json, 'doc')
    return NULL_OPERAND
  },
  'as,upcast': (json, site) => site.accepted(site.type(json.get('as'), 'as'), site.argument(json, 'upcast'), '"upcast"'),
}

/** A new value for a variable that can be written here. */
export function assigned(name: string, json: Json, site: Site): { code: string; value: Operand } {
  const variable = site.scope.get(name)
  if (variable === undefined) return site.refuse(`there is no symbol '${name}' to set; "let" declares one`)
  if (!site.scope.writable(name)) site.refuse(`the symbol '${name}' belongs to a sealed scope; it may not be set here`)
  const value = site.with({ scope: site.scope.argument() }).expression(json)
  return { code: variable.code, value: site.accepted(variable.type, value, `the new value of '${name}'`) }
}

function assignments(json: JsonObject, key: string, site: Site): readonly (readonly [string, Json])[] {
  const pairs = site.object(json, key)
  return pairs.length > 0 ? pairs : site.at(key).refuse('at least one symbol is wanted')
}

/** A literal number must be one: the special texts of data are not for expressions. */
function numeric(json: JsonObject, key: string, site: Site): Json {
  const value = json.get(key) ?? null
  return typeof value === 'string' ? site.at(key).refuse('a number is wanted') : value
}

function newArray(json: JsonObject, type: Type, site: Site): Operand {
  if (type.kind !== 'array') return site.refuse(`an array is made here, not ${type.key}`)
  const items = site.array(json, 'new')
  const operands = site.sequence(items.length, (inner, i) => {
    const here = inner.at('new').at(i, items[i])
    return here.accepted(type.items, here.with({ scope: site.scope.argument() }).expression(items[i]), `item ${i}`)
  })
  return { code: `[${operands.map(({ code }) => code).join(', ')}]`, type, stable: false }
}

function newObject(json: JsonObject, type: Type, site: Site): Operand {
  if (type.kind !== 'map' && type.kind !== 'record') return site.refuse(`a map or record is made here, not ${type.key}`)
  const parts = site.object(json, 'new')
  const wanted = (name: string, here: Site): Type => {
    if (type.kind === 'map') return type.values
    const field = type.fields.find((candidate) => candidate.name === name)
    return field === undefined ? here.refuse(`the record ${type.name} has no field '${name}'`) : field.type
  }
  const operands = site.sequence(parts.length, (inner, i) => {
    const [name, part] = parts[i]!
    const here = inner.at('new').at(name, part)
    return here.accepted(wanted(name, here), here.with({ scope: site.scope.argument() }).expression(part), `'${name}'`)
  })
  if (type.kind === 'map') {
    const entries = parts.map(([name], i) => `[${JSON.stringify(name)}, ${operands[i]!.code}]`)
    return { code: `new Map([${entries.join(', ')}])`, type, stable: false }
  }
  const missing = type.fields.filter(({ name }) => !parts.some(([given]) => given === name)).map(({ name }) => `'${name}'`)
  if (missing.length > 0) site.at('new').refuse(`the record ${type.name} needs ${missing.join(', ')}`)
  // The constructor takes the fields in the order of the type, and they are evaluated in the order of the document.
  const inOrder = type.fields.every(({ name }, i) => parts[i]![0] === name)
  const fields = inOrder ? operands : operands.map((operand) => site.kept(operand))
  const args = type.fields.map(({ name }) => fields[parts.findIndex(([given]) => given === name)]!.code)
  const Class = site.program.constants.name(site.program.parts.values.classes.get(type))
  return { code: `new ${Class}(${args.join(', ')})`, type, stable: false }
}
