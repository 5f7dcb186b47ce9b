import { isArray, type Json, type JsonObject } from '../../document/json.ts'
import { functionOf, mapOf, NULL, type Type } from '../../types/type.ts'
import { Block } from '../block.ts'
import { applyInPlace, functionArgument, isInlineFunction } from '../functions.ts'
import type { Operand } from '../operand.ts'
import { Routine, Scope } from '../scope.ts'
import type { Site } from '../site.ts'
import type { Store } from '../store.ts'
import type { Form, FormTable } from './form.ts'
import { compilePath, type Path, type PathCodes, readPath, updatePath } from './paths.ts'

const ATTR: PathCodes = { form: 'attr', array: 2000, map: 2001 }
const ATTR_TO: PathCodes = { form: 'attr-to', array: 2002, map: 2003 }
const CELL: PathCodes = { form: 'cell', array: 2004, map: 2005 }
const CELL_TO: PathCodes = { form: 'cell-to', array: 2006, map: 2007 }
const POOL: PathCodes = { form: 'pool', array: 2008, map: 2009 }
const POOL_TO: PathCodes = { form: 'pool-to', array: 2010, map: 2011 }

/** Extracts from a value by a path whose parts are expressions. */
export function attribute(value: Operand, path: readonly Json[], site: Site): Operand {
  if (!['array', 'map', 'record'].includes(value.type.kind)) site.refuse(`${value.type.key} has no parts`)
  if (path.length === 0) site.refuse('a path needs at least one index')
  const steps = site.at('path')
  const inner = steps.with({ block: new Block() })
  const compiled = compilePath(path, value.type, inner)
  const container = inner.block.empty ? value : site.kept(value)
  site.block.lines.push(...inner.block.lines)
  return { code: readPath(container.code, compiled, { site, codes: ATTR }), type: compiled.type, stable: false }
}

function pathOf(json: JsonObject, type: Type, site: Site): Path {
  const path = json.get('path') ?? []
  return compilePath(isArray(path) ? path : site.at('path').refuse('an array is wanted'), type, site.at('path'))
}

/**
 * What replaces a part, given code for the part as it was: `to` is a value or a function of one value. While a cell or pool is being
 * updated nothing may update another, which is checked when all functions are known.
 */
function replacement(json: JsonObject, { type, form }: { type: Type; form?: string }, site: Site): (old: string) => string {
  const to = json.get('to')
  const inner = site.at('to', to)
  const watch = (routine: Routine): void => {
    if (form !== undefined) site.program.updates.push({ routine, form, place: inner.place })
  }
  if (isInlineFunction(to)) {
    return (old) => {
      const { code, routine } = applyInPlace(to, { old, type }, inner)!
      watch(routine)
      return code
    }
  }
  const routine = new Routine(site.scope.routine)
  const updater = functionArgument(to, inner.with({ scope: new Scope(site.scope, { above: true, within: false }, routine) }))
  if (updater === undefined) {
    const value = inner.kept(inner.accepted(type, inner.with({ scope: site.scope.argument() }).expression(to), '"to"'))
    return () => value.code
  }
  watch(routine)
  const updating = inner.accepted(functionOf([type], type), updater, '"to"')
  return (old) => `${updating.code}(${old})`
}

function store(stores: ReadonlyMap<string, Store>, name: string, { site, kind }: { site: Site; kind: string }): Store {
  return stores.get(name) ?? site.refuse(`there is no ${kind} named '${name}'`)
}

const cellGet: Form = (json, site) => {
  const cell = store(site.program.parts.cells, site.text(json, 'cell'), { site, kind: 'cell' })
  site.scope.routine.call('cell')
  const path = pathOf(json, cell.type, site)
  if (path.steps.length === 0 && cell.constant) return site.program.constants.literal(cell.type, cell.initial)
  const container = cell.constant ? site.program.constants.name(cell.initial) : cell.code
  return { code: readPath(container, path, { site, codes: CELL }), type: path.type, stable: false }
}

const cellTo: Form = (json, site) => {
  const cell = store(site.program.parts.cells, site.text(json, 'cell'), { site, kind: 'cell' })
  site.scope.routine.call('cell-to')
  const path = pathOf(json, cell.type, site)
  const replace = replacement(json, { type: path.type, form: 'cell-to' }, site)
  const container: Operand = { code: cell.code, type: cell.type, stable: false }
  const updated = updatePath(container, path, { site, codes: CELL_TO, replacement: replace })
  site.block.add(`${cell.code} = ${updated};`)
  return { code: updated, type: cell.type, stable: true }
}

const poolGet: Form = (json, site) => {
  const pool = store(site.program.parts.pools, site.text(json, 'pool'), { site, kind: 'pool' })
  site.scope.routine.call('pool')
  const path = pathOf(json, mapOf(pool.type), site)
  const [head, ...tail] = path.steps
  if (head === undefined || head.kind === 'record') return site.at('path').refuse('a path into a pool starts with a key')
  const found = site.program.helper(
    '$pooled',
    `function $pooled(pool, key) { const h = pool.get(key); return h === undefined ? $fail("map key not found", ${POOL.map}, "pool") : h.value; }`,
  )
  const item = `${found}(${pool.code}, ${head.index.code})`
  return { code: readPath(item, { steps: tail, type: path.type }, { site, codes: POOL }), type: path.type, stable: false }
}

const poolTo: Form = (json, site) => {
  const pool = store(site.program.parts.pools, site.text(json, 'pool'), { site, kind: 'pool' })
  site.scope.routine.call('pool-to')
  const path = pathOf(json, mapOf(pool.type), site)
  const [head, ...tail] = path.steps
  if (head === undefined || head.kind === 'record') return site.at('path').refuse('a path into a pool starts with a key')
  const key = site.kept(head.index).code
  const replace = replacement(json, { type: path.type, form: 'pool-to' }, site)
  const old = site.program.fresh('t')
  const holder = site.program.fresh('t')
  const starting = site.with({ block: new Block() })
  const initial = starting.accepted(pool.type, starting.argument(json, 'init'), '"init"')
  const { block } = site
  block.add(`const ${holder} = ${pool.code}.get(${key});\nlet ${old};`)
  block.add(`if (${holder} === undefined) {\n${starting.block.toString()}\n${old} = ${initial.code};\n} else ${old} = ${holder}.value;`)
  const container: Operand = { code: old, type: pool.type, stable: true }
  const updated = updatePath(container, { steps: tail, type: path.type }, { site, codes: POOL_TO, replacement: replace })
  if (pool.rollback) block.add(`$note(${pool.code}, ${key});`)
  block.add(`if (${holder} === undefined) ${pool.code}.set(${key}, { value: ${updated} });\nelse ${holder}.value = ${updated};`)
  return { code: updated, type: pool.type, stable: true }
}

const poolDelete: Form = (json, site) => {
  const pool = store(site.program.parts.pools, site.text(json, 'pool'), { site, kind: 'pool' })
  site.scope.routine.call('pool-del')
  const key = site.kept(site.argument(json, 'del'))
  if (key.type.kind !== 'string') site.at('del').refuse(`a string is wanted, not ${key.type.key}`)
  if (pool.rollback) site.block.add(`$note(${pool.code}, ${key.code});`)
  site.block.add(`${pool.code}.delete(${key.code});`)
  return { code: 'null', type: NULL, stable: true }
}

const attrTo: Form = (json, site) => {
  const value = site.argument(json, 'attr')
  if (!['array', 'map', 'record'].includes(value.type.kind)) site.refuse(`${value.type.key} has no parts`)
  const kept = site.kept(value)
  const path = pathOf(json, value.type, site)
  if (path.steps.length === 0) site.at('path').refuse('a path needs at least one index')
  const replace = replacement(json, { type: path.type }, site)
  const updated = updatePath(kept, path, { site, codes: ATTR_TO, replacement: replace })
  return { code: updated, type: value.type, stable: true }
}

/** PFA 0.8.1, special forms: extracting and updating values, cells and pools. */
export const CONTAINER_FORMS: FormTable = {
  'attr,path': (json, site) => attribute(site.argument(json, 'attr'), site.array(json, 'path'), site),
  'attr,path,to': attrTo,
  cell: cellGet,
  'cell,path': cellGet,
  'cell,to': cellTo,
  'cell,path,to': cellTo,
  'path,pool': poolGet,
  'init,path,pool,to': poolTo,
  'del,pool': poolDelete,
}
