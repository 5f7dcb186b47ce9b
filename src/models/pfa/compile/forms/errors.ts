import { isArray, type JsonObject } from '../../document/json.ts'
import { EXCEPTION } from '../../types/type.ts'
import { Block } from '../block.ts'
import { NULL_OPERAND } from '../constant-pool.ts'
import type { Site } from '../site.ts'
import { withNull } from './branches.ts'
import type { Form, FormTable } from './form.ts'

const error: Form = (json, site) => {
  const message = site.text(json, 'error')
  const code = json.get('code')
  if (code !== undefined && !(typeof code === 'number' && Number.isInteger(code) && code < 0)) {
    return site.at('code').refuse('the code of an error is a negative integer')
  }
  site.scope.routine.call('error')
  return {
    code: `$fail(${JSON.stringify(message)}, ${typeof code === 'number' ? code : 'undefined'}, "error")`,
    type: EXCEPTION,
    stable: false,
  }
}

const attempt: Form = (json, site) => {
  const inner = site.at('try').with({ scope: site.scope.argument(), block: new Block() })
  const value = inner.body(json.get('try'))
  const type = value.type.kind === 'exception' ? NULL_OPERAND.type : withNull(value.type)
  const target = site.program.fresh('t')
  if (value.type.kind === 'exception') inner.run(value)
  else inner.block.add(`${target} = ${inner.converted(value, type).code};`)
  const filter = json.has('filter') ? site.program.constants.name(readFilter(json, site)) : 'undefined'
  const caught = site.program.fresh('e')
  site.block.add(
    `let ${target} = null;\ntry {\n${inner.block.toString()}\n} catch (${caught}) {\n$caught(${caught}, ${filter});\n${target} = null;\n}`,
  )
  return { code: target, type, stable: true }
}

/** The messages and codes of the errors that are caught. */
function readFilter(json: JsonObject, site: Site): ReadonlySet<string | number> {
  const filter = json.get('filter')
  if (!isArray(filter)) return site.at('filter').refuse('an array of messages and codes is wanted')
  return new Set(
    filter.map((part, i) =>
      typeof part === 'string' || typeof part === 'number' ? part : site.at('filter').at(i).refuse('a message or a code is wanted'),
    ),
  )
}

const log: Form = (json, site) => {
  const part = json.get('log')
  const given = isArray(part) ? part : [part ?? null]
  const values = site.sequence(given.length, (inner, i) => {
    const here = inner.at('log').at(i, given[i])
    return here.with({ scope: site.scope.argument() }).expression(given[i])
  })
  const texts = values.map((value) => `${site.program.constants.name(site.program.parts.values.jsonWriter(value.type))}(${value.code})`)
  const namespace = json.has('namespace') ? JSON.stringify(site.text(json, 'namespace')) : 'undefined'
  site.scope.routine.call('log')
  site.block.add(`$log([${texts.join(', ')}], ${namespace});`)
  return NULL_OPERAND
}

/** PFA 0.8.1, special forms: errors and logs. */
export const ERROR_FORMS: FormTable = {
  error,
  'code,error': error,
  try: attempt,
  'filter,try': attempt,
  log,
  'log,namespace': log,
}
