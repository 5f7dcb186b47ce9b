import { isArray, isObject, type JsonObject } from '../../document/json.ts'
import { accepts } from '../../types/accepts.ts'
import { BOOLEAN, NULL, type Type } from '../../types/type.ts'
import { branchIndex } from '../../values/branches.ts'
import { converterOf } from '../../values/convert.ts'
import { Block } from '../block.ts'
import { NULL_OPERAND } from '../constant-pool.ts'
import type { Operand } from '../operand.ts'
import type { Site } from '../site.ts'
import { type Branch, choose, clause, close, commonType, withoutNull } from './branches.ts'
import type { Form, FormTable } from './form.ts'

const ifThen: Form = (json, site) => {
  const test = site.condition(site.argument(json, 'if'), '"if"')
  return choose(test, [clause(json, 'then', site), json.has('else') ? clause(json, 'else', site) : undefined], site)
}

const cond: Form = (json, site) => {
  const cases = site.array(json, 'cond')
  if (cases.length === 0) site.at('cond').refuse('at least one case is wanted')
  const compiled = cases.map((part, i) => {
    const here = site.at('cond').at(i, part)
    const keys = isObject(part) ? [...part.keys()].filter((key) => key !== '@').toSorted() : []
    if (!isObject(part) || keys.join() !== 'if,then') return here.refuse('a case is {"if": …, "then": …}')
    const testing = here.with({ block: new Block() })
    const test = testing.condition(testing.argument(part, 'if'), '"if"')
    return { testing, test, branch: clause(part, 'then', here) }
  })
  const otherwise = json.has('else') ? clause(json, 'else', site) : undefined
  const type = otherwise === undefined ? NULL : commonType([...compiled.map(({ branch }) => branch), otherwise], site)
  const target = otherwise === undefined ? undefined : site.program.fresh('t')
  if (target !== undefined) site.block.add(`let ${target} = null;`)
  // A labelled block, so that many cases do not nest.
  const label = site.program.fresh('cond')
  site.block.add(`${label}: {`)
  for (const { testing, test, branch } of compiled) {
    site.block.lines.push(...testing.block.lines)
    site.block.add(`if (${test.code}) {\n${close(branch, target, type).toString()}\nbreak ${label};\n}`)
  }
  if (otherwise !== undefined) site.block.lines.push(...close(otherwise, target, type).lines)
  site.block.add('}')
  return target === undefined ? NULL_OPERAND : { code: target, type, stable: true }
}

const ifNotNull: Form = (json, site) => {
  const pairs = site.object(json, 'ifnotnull')
  if (pairs.length === 0) site.at('ifnotnull').refuse('at least one symbol is wanted')
  const values = site
    .sequence(pairs.length, (inner, i) => {
      const [name, part] = pairs[i]!
      return inner.at('ifnotnull').at(name, part).with({ scope: site.scope.argument() }).expression(part)
    })
    .map((value) => site.kept(value))
  const bound = site.with({ scope: site.scope.inner() })
  const declarations = new Block()
  pairs.forEach(([name, part], i) => {
    const here = bound.at('ifnotnull').at(name, part)
    const { type, code } = values[i]!
    const rest = withoutNull(type)
    if (rest === undefined) return here.refuse(`"ifnotnull" wants a union with null; '${name}' is of type ${type.key}`)
    const variable = here.program.fresh(here.symbol(name))
    bound.scope.declare(name, { type: rest, code: variable, routine: bound.scope.routine })
    declarations.add(`let ${variable} = ${code};`)
  })
  const test: Operand = { code: values.map(({ code }) => `${code} !== null`).join(' && '), type: BOOLEAN, stable: false }
  const then = clause(json, 'then', bound)
  then.site.block.lines.unshift(...declarations.lines)
  return choose(test, [then, json.has('else') ? clause(json, 'else', site) : undefined], site)
}

interface CastCase {
  readonly type: Type
  readonly variable: string
  readonly branch: Branch
}

function castCase(part: JsonObject, here: Site): CastCase {
  const type = here.type(part.get('as'), 'as')
  const named = here.symbol(here.text(part, 'named'))
  const inner = here.at('do').with({ scope: here.scope.inner(), block: new Block() })
  const variable = here.program.fresh(named)
  inner.scope.declare(named, { type, code: variable, routine: inner.scope.routine })
  return { type, variable, branch: { site: inner, value: inner.body(part.get('do')) } }
}

const cast: Form = (json, site) => {
  const value = site.kept(site.argument(json, 'cast'))
  const partial = site.flag(json, 'partial', false)
  const given = json.get('cases')
  const cases = (isArray(given) ? given : site.at('cases').refuse('an array is wanted')).map((part, i) => {
    const here = site.at('cases').at(i, part)
    const keys = isObject(part) ? [...part.keys()].filter((key) => key !== '@').toSorted() : []
    if (!isObject(part) || keys.join() !== 'as,do,named') return here.refuse('a case is {"as": type, "named": symbol, "do": …}')
    const compiled = castCase(part, here)
    if (!accepts(value.type, compiled.type)) here.refuse(`a value of type ${value.type.key} is never of type ${compiled.type.key}`)
    return compiled
  })
  const branches = value.type.kind === 'union' ? value.type.types : [value.type]
  if (!partial) {
    const lacking = branches.find((branch) => !cases.some(({ type }) => accepts(type, branch) && accepts(branch, type)))
    if (lacking !== undefined) site.refuse(`"cast" lacks a case for ${lacking.key}`)
  }
  const type = partial
    ? NULL
    : commonType(
        cases.map(({ branch }) => branch),
        site,
      )
  return castCode({ value, branches, cases, type, partial }, site)
}

interface Cast {
  readonly value: Operand
  readonly branches: readonly Type[]
  readonly cases: readonly CastCase[]
  readonly type: Type
  readonly partial: boolean
}

function castCode({ value, branches, cases, type, partial }: Cast, site: Site): Operand {
  const { classes } = site.program.parts.values
  const target = partial ? undefined : site.program.fresh('t')
  if (target !== undefined) site.block.add(`let ${target} = null;`)
  const index = value.type.kind === 'union' ? `${site.program.constants.name(branchIndex(value.type, classes))}(${value.code})` : '0'
  site.block.add(`switch (${index}) {`)
  const written = new Map<CastCase, string>()
  branches.forEach((branch, i) => {
    const taken = cases.find((candidate) => accepts(candidate.type, branch))
    if (taken === undefined) return
    const inner =
      value.type.kind === 'union' ? convertBranch(value, { branch, to: taken.type }, site) : site.converted(value, taken.type).code
    // The body is written once, and reached from all branches that take the case.
    const body = written.get(taken) ?? close(taken.branch, target, type).toString()
    written.set(taken, body)
    site.block.add(`case ${i}: {\nlet ${taken.variable} = ${inner};\n${body}\nbreak;\n}`)
  })
  site.block.add('}')
  return target === undefined ? NULL_OPERAND : { code: target, type, stable: true }
}

function convertBranch(value: Operand, { branch, to }: { branch: Type; to: Type }, site: Site): string {
  const plain = value.type.kind === 'union' && value.type.boxed && branch.kind !== 'null' ? `${value.code}.value` : value.code
  const convert = converterOf(branch, to, site.program.parts.values.classes)
  return convert === undefined ? plain : `${site.program.constants.name(convert)}(${plain})`
}

/** PFA 0.8.1, special forms: conditionals, casts and missing values. */
export const CONDITION_FORMS: FormTable = {
  'if,then': ifThen,
  'else,if,then': ifThen,
  cond,
  'cond,else': cond,
  'ifnotnull,then': ifNotNull,
  'else,ifnotnull,then': ifNotNull,
  'cases,cast': cast,
  'cases,cast,partial': cast,
}
