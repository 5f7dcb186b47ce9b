import { isObject, type Json } from '../document/json.ts'
import type { LibraryServices } from '../library/library-function.ts'
import { INT, LONG, mapOf, STRING, type Type } from '../types/type.ts'
import type { ValueTools } from '../values/value-tools.ts'
import { Block } from './block.ts'
import { type Document, entries, readDocument } from './document.ts'
import { compileExpression } from './expression.ts'
import { functionSource, readFunction } from './functions.ts'
import { Program, type UserFunction } from './program.ts'
import { readCells, readPools } from './read-stores.ts'
import { Routine, Scope } from './scope.ts'
import { Site } from './site.ts'
import type { Store } from './store.ts'
import { checkUpdates } from './check-updates.ts'
import type { Place } from '../document/place.ts'

const FUNCTION_NAME = /^[A-Za-z_]([A-Za-z0-9_]|\.[A-Za-z][A-Za-z0-9_]*)*$/

/** A compiled document: JavaScript that makes an engine of `$k` (constants) and `$env` (what the host gives). */
export interface CompiledDocument {
  readonly document: Document
  readonly source: string
  readonly constants: readonly unknown[]
  readonly cells: ReadonlyMap<string, Store>
  readonly pools: ReadonlyMap<string, Store>
  /** Whether it calls a function whose value is random. */
  readonly drawsRandom: boolean
}

/** Checks a document and compiles it. Throws `model.malformed` with the place of what is wrong. */
export function compileDocument(json: Json, { place, values, services }: CompileOptions): CompiledDocument {
  const document = readDocument(json, place)
  const cells = readCells(document, values)
  const pools = readPools(document, values)
  const functions = new Map<string, UserFunction>()
  const program = new Program({
    types: document.types,
    values,
    services: services(document),
    cells,
    pools,
    functions,
    emits: document.method === 'emit' ? document.output : undefined,
    expression: compileExpression,
  })
  const bodies = declareFunctions(document, program, functions)
  const routines = new Map(bodies.map(({ name, compile }) => [`u.${name}`, compile()]))
  const parts = [...compileParts(document, program)]
  checkUpdates(program, routines)
  const state = [...stateSource([...cells.values()], [...pools.values()], program)]
  const source = [
    '"use strict";',
    program.constants.declarations(),
    PRELUDE,
    program.helpers(),
    ...state,
    ...program.functions,
    ...parts,
    exportSource([...cells.values()], [...pools.values()], document),
  ].join('\n')
  const drawsRandom = [...program.called].some((name) => name.startsWith('rand.') || name === 'model.cluster.randomSeeds')
  return { document, source, constants: program.constants.values, cells, pools, drawsRandom }
}

export interface CompileOptions {
  readonly place: Place
  readonly values: ValueTools
  readonly services: (document: Document) => LibraryServices
}

const PRELUDE = `let $ticks = 0, $started = 0, $finished = 0;
const { fail: $fail, caught: $caught, log: $log, emit: $emit, shared: $shared, instance: $instance } = $env;
const $undo = [];
function $tick() { $ticks = 0; $env.checkTime(); }
function $note(pool, key) { const h = pool.get(key); $undo.push(pool, key, h === undefined ? undefined : h.value); }
function $pool(values) { return new Map(Array.from(values, ([key, value]) => [key, { value }])); }`

interface PendingFunction {
  readonly name: string
  readonly compile: () => Routine
}

/** Declares all user functions, and then lets each be compiled, since they may call each other. */
function declareFunctions(document: Document, program: Program, functions: Map<string, UserFunction>): readonly PendingFunction[] {
  return entries(document.json, 'fcns', document.place).map(([name, part]) => {
    const place = document.place.at('fcns').at(name, part)
    if (!FUNCTION_NAME.test(name)) place.refuse(`${JSON.stringify(name)} is no name of a function`)
    if (!isObject(part)) return place.refuse('a function is {"params": …, "ret": …, "do": …}')
    for (const key of part.keys())
      if (!['params', 'ret', 'do', '@'].includes(key)) place.refuse(`there is no property '${key}' of a function`)
    const scope = new Scope(undefined, { above: true, within: false })
    const site = new Site(program, { scope, block: new Block(), place })
    const body = readFunction(part, site)
    const code = program.fresh('u')
    functions.set(name, { name, params: body.params, ret: body.ret, code })
    return {
      name,
      compile: () => {
        const { source, routine } = functionSource(body, scope, site)
        program.functions.push(`function ${code}${source}`)
        return routine
      },
    }
  })
}

interface Part {
  readonly key: string
  readonly params: readonly { readonly name: string; readonly type: Type }[]
  /** Variables of the engine: name, type and code. */
  readonly globals: readonly (readonly [name: string, type: Type, code: string])[]
  /** What the value is to be, where it matters. */
  readonly gives: Type | undefined
}

function* compileParts(document: Document, program: Program): Iterable<string> {
  const { method, input, output, version } = document
  const always: Part['globals'] = [
    ['name', STRING, JSON.stringify(document.name)],
    ['instance', INT, '$instance'],
    ...(version === undefined ? [] : [['version', INT, String(version)] as const]),
    ['metadata', mapOf(STRING), program.constants.name(document.metadata)],
  ]
  const counted: Part['globals'] = [...always, ['actionsStarted', LONG, '$started'], ['actionsFinished', LONG, '$finished']]
  const folding: Part['globals'] = method === 'fold' ? [['tally', output, '$tally']] : []
  if (method === 'fold') {
    const site = new Site(program, {
      scope: new Scope(undefined, { above: true, within: false }),
      block: new Block(),
      place: document.place.at('zero'),
    })
    yield `let $tally = ${site.literal(output, document.json.get('zero')).code};`
  }
  const parts: readonly Part[] = [
    { key: 'begin', params: [], globals: always, gives: undefined },
    {
      key: 'action',
      params: [{ name: 'input', type: input }],
      globals: [...counted, ...folding],
      gives: method === 'emit' ? undefined : output,
    },
    { key: 'end', params: [], globals: [...counted, ...folding], gives: undefined },
    {
      key: 'merge',
      params: [
        { name: 'tallyOne', type: output },
        { name: 'tallyTwo', type: output },
      ],
      globals: always,
      gives: output,
    },
  ]
  for (const part of parts) yield partSource(part, document, program)
}

function partSource({ key, params, globals, gives }: Part, document: Document, program: Program): string {
  const json = document.json.get(key)
  if (json === undefined) return `function ${key}() {}`
  const routine = new Routine()
  const outer = new Scope(undefined, { above: true, within: false }, routine)
  for (const [name, type, code] of globals) outer.declare(name, { type, code, routine: undefined })
  const names = params.map(({ name, type }) => {
    const code = program.fresh(name)
    outer.declare(name, { type, code, routine })
    return code
  })
  const site = new Site(program, { scope: outer.inner(true), block: new Block(), place: document.place.at(key, json) })
  const value = site.body(json)
  if (gives === undefined) {
    site.run(value)
    return `function ${key}(${names.join(', ')}) {\n${site.block.toString()}\n}`
  }
  const result = site.accepted(gives, value, key === 'action' ? 'the result of "action"' : 'the result of "merge"')
  return `function ${key}(${names.join(', ')}) {\n${site.block.toString()}\nreturn ${result.code};\n}`
}

function* stateSource(cells: readonly Store[], pools: readonly Store[], program: Program): Iterable<string> {
  for (const { code, initial, shared, constant } of cells) {
    if (constant) continue
    const value = program.constants.name({ value: initial })
    if (shared) yield `if (!(${JSON.stringify(code.slice('$shared.'.length))} in $shared)) ${code} = ${value}.value;`
    else yield `let ${code} = ${value}.value;`
  }
  for (const { code, initial, shared } of pools) {
    const value = program.constants.name(initial)
    if (shared) yield `if (!(${JSON.stringify(code.slice('$shared.'.length))} in $shared)) ${code} = $pool(${value});`
    else yield `let ${code} = $pool(${value});`
  }
}

function exportSource(cells: readonly Store[], pools: readonly Store[], { method }: Document): string {
  const kept = cells.filter(({ constant, rollback }) => !constant && rollback)
  const backups = kept.map((cell, i) => ({ code: cell.code, backup: `$backup${i}` }))
  const folds = method === 'fold'
  const accessor = ({ name, code }: Store): string => `[${JSON.stringify(name)}, { get: () => ${code}, set: (v) => { ${code} = v; } }]`
  const accessors = cells.filter(({ constant }) => !constant).map(accessor)
  return `${backups.map(({ backup }) => `let ${backup};`).join('')}
return {
begin, end, merge, emits: ${method === 'emit'},
action(input) {
${pools.some(({ rollback }) => rollback) ? '$undo.length = 0;' : ''}
${backups.map(({ code, backup }) => `${backup} = ${code};`).join('\n')}
$started++;
const result = action(input);
${folds ? '$tally = result;' : ''}
$finished++;
return result;
},
rollback() {
${backups.map(({ code, backup }) => `${code} = ${backup};`).join('\n')}
for (let i = $undo.length - 3; i >= 0; i -= 3) {
if ($undo[i + 2] === undefined) $undo[i].delete($undo[i + 1]);
else $undo[i].set($undo[i + 1], { value: $undo[i + 2] });
}
$undo.length = 0;
},
cells: new Map([${accessors.join(', ')}]),
pools: new Map([${pools.map(accessor).join(', ')}]),
tally: ${folds ? '{ get: () => $tally, set: (v) => { $tally = v; } }' : 'undefined'},
counts: { get: () => [$started, $finished], set: (started, finished) => { $started = started; $finished = finished; } },
};`
}
