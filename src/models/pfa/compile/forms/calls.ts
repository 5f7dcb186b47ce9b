import { isArray, type Json } from '../../document/json.ts'
import { broadestType } from '../../types/accepts.ts'
import { matchSignature } from '../../types/match-signature.ts'
import { patternOf } from '../../types/pattern.ts'
import { NULL, type Type } from '../../types/type.ts'
import { compileArgument } from '../functions.ts'
import { knownFunction, libraryCall } from '../library-call.ts'
import type { Operand } from '../operand.ts'
import type { UserFunction } from '../program.ts'
import type { Site } from '../site.ts'
import type { Form, FormTable } from './form.ts'

/** Compiles `{"name": [arguments]}`: `emit`, a user function or a library function. */
export function compileCall(name: string, json: Json | undefined, site: Site): Operand {
  const args = isArray(json) ? json : [json ?? null]
  const { functions, emits } = site.program.parts
  if (name === 'emit' && emits !== undefined) {
    site.scope.routine.call('emit')
    if (args.length !== 1) site.refuse('"emit" takes one argument')
    const value = compileArgument(args[0], site.at(name).at(0, args[0]))
    return { code: `$emit(${site.accepted(emits, value, 'what is emitted').code})`, type: NULL, stable: false }
  }
  site.scope.routine.call(name)
  const operands = (): Operand[] => site.sequence(args.length, (inner, i) => compileArgument(args[i], inner.at(name).at(i, args[i])))
  if (!name.startsWith('u.')) {
    const row = knownFunction(name, site)
    return libraryCall(row, operands(), site)
  }
  const user = functions.get(name.slice(2)) ?? site.refuse(`there is no function '${name}'`)
  return userCall(user, operands(), site)
}

function userCall(user: UserFunction, operands: readonly Operand[], site: Site): Operand {
  const params = user.params.map(({ name, type }) => ({ name, pattern: patternOf(type) }))
  const types = operands.map(({ type }) => type)
  if (matchSignature({ params, ret: patternOf(user.ret) }, types) === undefined) {
    const wanted = user.params.map(({ type }) => type.key).join(', ')
    site.refuse(`the function 'u.${user.name}' takes (${wanted}), not (${types.map(({ key }) => key).join(', ')})`)
  }
  const args = operands.map((operand, i) => site.converted(operand, user.params[i]!.type).code)
  return { code: `${user.code}(${args.join(', ')})`, type: user.ret, stable: false }
}

/** A user function that the value of an enum names. */
const callByName: Form = (json, site) => {
  const which = site.kept(site.argument(json, 'call'))
  if (which.type.kind !== 'enum') return site.at('call').refuse(`an enum is wanted, not ${which.type.key}`)
  const args = site.array(json, 'args')
  const operands = site
    .sequence(args.length, (inner, i) => inner.at('args').at(i, args[i]).with({ scope: site.scope.argument() }).expression(args[i]))
    .map((operand) => site.kept(operand))
  const calls = which.type.symbols.map((symbol) => {
    const user = site.program.parts.functions.get(symbol) ?? site.refuse(`there is no function 'u.${symbol}' for the symbol '${symbol}'`)
    site.scope.routine.call(`u.${symbol}`)
    return { symbol, value: userCall(user, operands, site) }
  })
  const type: Type =
    broadestType(calls.map(({ value }) => value.type)) ?? site.refuse('the functions give types that have nothing in common')
  const target = site.program.fresh('t')
  const cases = calls.map(({ symbol, value }) => `case ${JSON.stringify(symbol)}: ${target} = ${site.converted(value, type).code}; break;`)
  site.block.add(`let ${target} = null;\nswitch (${which.code}) {\n${cases.join('\n')}\n}`)
  return { code: target, type, stable: true }
}

export const CALL_FORMS: FormTable = { 'args,call': callByName }
