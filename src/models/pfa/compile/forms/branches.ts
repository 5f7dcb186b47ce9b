import type { JsonObject } from '../../document/json.ts'
import { broadestType } from '../../types/accepts.ts'
import { NULL, type Type, unionOf } from '../../types/type.ts'
import { Block } from '../block.ts'
import { NULL_OPERAND } from '../constant-pool.ts'
import type { Operand } from '../operand.ts'
import type { Site } from '../site.ts'

/** A piece of code with statements and a value. */
export interface Branch {
  readonly site: Site
  readonly value: Operand
}

/** How long an expression may be that is written without statements: longer ones nest too deep for the JavaScript parser. */
const LONGEST_EXPRESSION = 600

/** Compiles a clause that may hold several expressions, in a scope and a block of its own. */
export function clause(json: JsonObject, key: string, site: Site): Branch {
  const inner = site.at(key).with({ scope: site.scope.inner(), block: new Block() })
  return { site: inner, value: inner.body(json.get(key)) }
}

/** The type of a value that comes from one of these branches; null where none ever gives one. */
export function commonType(branches: readonly Branch[], site: Site): Type {
  const type = broadestType(branches.map(({ value }) => value.type))
  if (type === undefined) return site.refuse(`there is no type for all of ${branches.map(({ value }) => value.type.key).join(', ')}`)
  return type.kind === 'exception' ? NULL : type
}

/** Writes a branch's statements, and its value into `target`, or nowhere. */
export function close({ site, value }: Branch, target: string | undefined, type: Type): Block {
  if (target === undefined || value.type.kind === 'exception') site.run(value)
  else site.block.add(`${target} = ${site.converted(value, type).code};`)
  return site.block
}

/** `if (test) … else …` with a value where there are both; a conditional expression where no statement is needed. */
export function choose(test: Operand, [whenTrue, whenFalse]: readonly [Branch, Branch | undefined], site: Site): Operand {
  if (whenFalse === undefined) {
    site.block.add(`if (${test.code}) {\n${close(whenTrue, undefined, NULL).toString()}\n}`)
    return NULL_OPERAND
  }
  const type = commonType([whenTrue, whenFalse], site)
  const direct = expressionOf(whenTrue, type)
  const otherwise = expressionOf(whenFalse, type)
  if (direct !== undefined && otherwise !== undefined && direct.length + otherwise.length < LONGEST_EXPRESSION) {
    return { code: `(${test.code} ? ${direct} : ${otherwise})`, type, stable: false }
  }
  const target = site.program.fresh('t')
  site.block.add(`let ${target} = null;`)
  const yes = close(whenTrue, target, type).toString()
  const no = close(whenFalse, target, type).toString()
  site.block.add(`if (${test.code}) {\n${yes}\n} else {\n${no}\n}`)
  return { code: target, type, stable: true }
}

function expressionOf({ site, value }: Branch, type: Type): string | undefined {
  return site.block.empty ? site.converted(value, type).code : undefined
}

/** What is left of a union without null, or undefined where it is no union with null. */
export function withoutNull(type: Type): Type | undefined {
  if (type.kind !== 'union' || !type.types.some(({ kind }) => kind === 'null')) return undefined
  const rest = type.types.filter(({ kind }) => kind !== 'null')
  return rest.length > 1 ? unionOf(rest) : rest[0]
}

/** The union of a type and null. */
export function withNull(type: Type): Type {
  if (type.kind === 'null') return type
  if (type.kind !== 'union') return unionOf([type, NULL])
  return type.types.some(({ kind }) => kind === 'null') ? type : unionOf([...type.types, NULL])
}
