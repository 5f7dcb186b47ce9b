// oxlint-disable unicorn/no-thenable -- `then` is a word of PFA
import { libraryFunction } from '../../library/index.ts'
import type { Json } from '../json.ts'
import { parsePretty } from './parse-pretty.ts'
import { nameOf, PrettyTypes } from './pretty-types.ts'
import type { FunctionSyntax, Syntax } from './syntax.ts'
import { prettyError } from './tokens.ts'

const EXPRESSIONS: ReadonlySet<string> = new Set(['begin', 'action', 'end', 'merge'])
const DATA: ReadonlySet<string> = new Set(['zero', 'randseed', 'doc', 'version', 'metadata', 'options'])

/**
 * Reads a document in PrettyPFA, the C-like notation of PFA, as the JSON that it stands for. Throws `model.malformed` with the line of what
 * is wrong.
 */
export function prettyToJson(text: string): Json {
  const sections = parsePretty(text)
  const document = new Map<string, Json>([['@', 'PrettyPFA document']])
  const types = new PrettyTypes()
  for (const item of sections.get('types') ?? []) types.define(item)
  const writer = new JsonWriter(types, {
    cells: namesIn(sections.get('cells')),
    pools: namesIn(sections.get('pools')),
    functions: new Set([...namesIn(sections.get('fcns'))].map((name) => `u.${name}`)),
  })
  for (const [name, items] of sections) {
    if (name === 'types') continue
    if (name === 'name' || name === 'method') document.set(name, nameOf(single(name, items)))
    else if (name === 'input' || name === 'output') document.set(name, types.read(single(name, items)))
    else if (EXPRESSIONS.has(name)) document.set(name, writer.bodies(items))
    else if (DATA.has(name)) document.set(name, dataOf(single(name, items)))
    else if (name === 'cells' || name === 'pools') document.set(name, new Map(items.map((item) => writer.store(item))))
    else if (name === 'fcns') document.set(name, new Map(items.map((item) => writer.namedFunction(item))))
    else throw prettyError(items[0]?.line ?? 1, `there is no section '${name}'`)
  }
  return document
}

function single(section: string, items: readonly Syntax[]): Syntax {
  const [item] = items
  if (item === undefined || items.length > 1) throw prettyError(item?.line ?? 1, `the section '${section}' wants one item`)
  return item
}

function namesIn(items: readonly Syntax[] = []): ReadonlySet<string> {
  return new Set(items.flatMap((item) => (item.kind === 'store' || item.kind === 'param' ? [item.name] : [])))
}

/** What stands for JSON data. */
function dataOf(syntax: Syntax): Json {
  const words: ReadonlyMap<string, Json> = new Map<string, Json>([
    ['null', null],
    ['true', true],
    ['false', false],
  ])
  if (syntax.kind === 'name') return words.has(syntax.name) ? words.get(syntax.name)! : syntax.name
  if (syntax.kind === 'number' || syntax.kind === 'string') return syntax.value
  if (syntax.kind === 'list') return syntax.items.map(dataOf)
  if (syntax.kind !== 'object') return notData(syntax)
  return new Map(syntax.params.map((param) => (param.kind === 'param' ? ([param.name, dataOf(param.value)] as const) : notData(param))))
}

function notData({ line }: Syntax): never {
  throw prettyError(line, 'JSON data is wanted')
}

interface Known {
  readonly cells: ReadonlySet<string>
  readonly pools: ReadonlySet<string>
  readonly functions: ReadonlySet<string>
}

type Special = (args: readonly Syntax[], line: number) => readonly (readonly [string, Json])[]

class JsonWriter {
  readonly #types: PrettyTypes
  readonly #known: Known

  constructor(types: PrettyTypes, known: Known) {
    this.#types = types
    this.#known = known
  }

  store(item: Syntax): readonly [string, Json] {
    if (item.kind !== 'store') throw prettyError(item.line, 'a cell or pool is wanted: "name(type) = value"')
    const [type, ...others] = item.args.filter((arg) => arg.kind !== 'param')
    const named = item.args.flatMap((arg) => (arg.kind === 'param' ? [arg] : []))
    const typed = type ?? named.find(({ name }) => name === 'type')?.value
    if (typed === undefined || others.length > 0) throw prettyError(item.line, `'${item.name}' needs one type`)
    const rest = named.filter(({ name }) => name !== 'type').map(({ name, value }) => [name, dataOf(value)] as const)
    return [item.name, object(item.line, ['type', this.#types.read(typed)], ['init', dataOf(item.init)], ...rest)]
  }

  namedFunction(item: Syntax): readonly [string, Json] {
    if (item.kind !== 'param' || item.value.kind !== 'fcn') throw prettyError(item.line, 'a function is wanted: "name = fcn(...) ..."')
    return [item.name, this.#function(item.value)]
  }

  /** The expressions of a section, or of a block. */
  bodies(items: readonly Syntax[]): Json {
    const [item] = items
    if (items.length === 1 && item?.kind === 'call' && item.name === 'do') return item.args.map((arg) => this.#expression(arg))
    return items.map((one) => this.#expression(one))
  }

  #body(syntax: Syntax): Json {
    return this.bodies([syntax])
  }

  #function({ params, ret, body, line }: FunctionSyntax): Json {
    const given = params.map((param): Json =>
      param.kind === 'param' ? new Map([[param.name, this.#types.read(param.value)]]) : notData(param),
    )
    return object(line, ['params', given], ['ret', this.#types.read(ret)], ['do', this.#body(body)])
  }

  #expressions(items: readonly Syntax[]): Json[] {
    return items.map((item) => this.#expression(item))
  }

  #named(params: readonly Syntax[]): Json {
    return new Map(
      params.map((param) => [
        param.kind === 'param' ? param.name : notPair(param),
        this.#expression((param as Syntax & { kind: 'param' }).value),
      ]),
    )
  }

  #pairs(pairs: readonly (readonly [string, Syntax])[]): Json {
    return new Map(pairs.map(([name, value]) => [name, this.#expression(value)]))
  }

  #clauses({ then, otherwise }: { then: Syntax; otherwise?: Syntax | undefined }): readonly (readonly [string, Json])[] {
    return [['then', this.#body(then)], ...(otherwise === undefined ? [] : [['else', this.#body(otherwise)] as const])]
  }

  #expression(syntax: Syntax): Json {
    const { line } = syntax
    switch (syntax.kind) {
      case 'name':
        return this.#name(syntax.name, line)
      case 'number':
        return syntax.value
      case 'string':
        return object(line, ['string', syntax.value])
      case 'call':
        return object(line, ...this.#call(syntax.name, syntax.args, line))
      case 'fcn':
        return this.#function(syntax)
      case 'get':
        return this.#reach(syntax.from, syntax.path, line)
      case 'put':
        return this.#put(syntax)
      case 'symbol':
        return object(line, ['type', this.#types.read({ kind: 'name', line, name: syntax.type })], ['value', syntax.symbol])
      case 'assign':
        return this.#assign(syntax)
      case 'if':
        return this.#if(syntax)
      case 'cast': {
        const cases = syntax.cases.map(({ param, body }): Json => {
          if (param.kind !== 'param') return notData(param)
          return object(param.line, ['as', this.#types.read(param.value)], ['named', param.name], ['do', this.#body(body)])
        })
        return object(line, ['cast', this.#expression(syntax.value)], ['cases', cases], ['partial', syntax.partial])
      }
      case 'ifnotnull':
        return object(line, ['ifnotnull', this.#named(syntax.params)], ...this.#clauses(syntax))
      case 'unpack': {
        const format = syntax.params.map((param): Json =>
          param.kind === 'param' ? new Map([[param.name, nameOf(param.value)]]) : notData(param),
        )
        return object(line, ['unpack', this.#expression(syntax.value)], ['format', format], ...this.#clauses(syntax))
      }
      case 'while':
      case 'until':
        return object(line, [syntax.kind, this.#expression(syntax.test)], ['do', this.#body(syntax.body)])
      case 'for': {
        const [start, step] = [this.#pairs(syntax.start.pairs), this.#pairs(syntax.step.pairs)]
        return object(line, ['for', start], ['while', this.#expression(syntax.test)], ['step', step], ['do', this.#body(syntax.body)])
      }
      case 'foreach':
        return object(
          line,
          ['foreach', syntax.name],
          ['in', this.#expression(syntax.in)],
          ['do', this.#body(syntax.body)],
          ['seq', syntax.seq],
        )
      case 'forkey':
        return object(
          line,
          ['forkey', syntax.key],
          ['forval', syntax.value],
          ['in', this.#expression(syntax.in)],
          ['do', this.#body(syntax.body)],
        )
      case 'try':
        return object(line, ['try', this.#body(syntax.body)], ...(syntax.filter ? [['filter', syntax.filter.map(dataOf)] as const] : []))
      case 'param':
      case 'list':
      case 'object':
      case 'store':
        throw prettyError(line, 'an expression is wanted')
    }
  }

  #name(name: string, line: number): Json {
    if (name === 'null') return null
    if (name === 'true' || name === 'false') return name === 'true'
    if (this.#known.functions.has(name) || (name.includes('.') && libraryFunction(name) !== undefined)) return object(line, ['fcn', name])
    return this.#reach({ kind: 'name', line, name }, [], line)
  }

  /** What a path leads to, from a symbol, a cell, a pool or any value. A name with dots is a path itself. */
  #reach(from: Syntax, path: readonly Syntax[], line: number): Json {
    if (from.kind !== 'name') return object(line, ['attr', this.#expression(from)], ['path', this.#expressions(path)])
    const { base, steps } = this.#target(from.name, path)
    if (this.#known.cells.has(base)) return object(line, ['cell', base], ...(steps.length > 0 ? [['path', steps] as const] : []))
    if (this.#known.pools.has(base)) return object(line, ['pool', base], ['path', steps])
    return steps.length > 0 ? object(line, ['attr', base], ['path', steps]) : base
  }

  #target(name: string, path: readonly Syntax[]): { base: string; steps: Json[] } {
    const [base, ...inner] = name.split('.')
    return { base: base!, steps: [...inner.map((step): Json => [step]), ...this.#expressions(path)] }
  }

  #put({ target, path, value, by, init, line }: Syntax & { kind: 'put' }): Json {
    const to = this.#expression(value)
    const isFunction = to instanceof Map && (to.has('fcn') || to.has('params'))
    if (isFunction !== (by === 'to'))
      throw prettyError(line, by === 'to' ? '"to" wants a function' : '"=" wants a value; "to" takes a function')
    if (target.kind !== 'name') return object(line, ['attr', this.#expression(target)], ['path', this.#expressions(path)], ['to', to])
    const { base, steps } = this.#target(target.name, path)
    if (this.#known.pools.has(base)) {
      if (by === 'to' && init === undefined) throw prettyError(line, `"to" for the pool '${base}' needs an "init"`)
      return object(line, ['pool', base], ['path', steps], ['to', to], ['init', init === undefined ? to : this.#expression(init)])
    }
    if (init !== undefined) throw prettyError(line, `only a pool has an "init", and '${base}' is none`)
    if (this.#known.cells.has(base))
      return object(line, ['cell', base], ...(steps.length > 0 ? [['path', steps] as const] : []), ['to', to])
    return object(line, ['attr', base], ['path', steps], ['to', to])
  }

  #assign({ pairs, declares, line }: Syntax & { kind: 'assign' }): Json {
    const [first] = pairs
    if (!declares && pairs.length === 1 && first !== undefined) {
      const [name, value] = first
      const [base] = name.split('.')
      if (name.includes('.') || this.#known.cells.has(base!) || this.#known.pools.has(base!)) {
        return this.#put({ kind: 'put', line, target: { kind: 'name', line, name }, path: [], value, by: '=' })
      }
    }
    if (pairs.some(([name]) => name.includes('.'))) throw prettyError(line, 'parts of values are set one at a time')
    return object(line, [declares ? 'let' : 'set', this.#pairs(pairs)])
  }

  #if({ cases, otherwise, line }: Syntax & { kind: 'if' }): Json {
    const compiled = cases.map(({ test, then }) => object(line, ['if', this.#expression(test)], ['then', this.#body(then)]))
    const last = otherwise === undefined ? [] : [['else', this.#body(otherwise)] as const]
    const [only] = compiled
    return compiled.length === 1 && only !== undefined ? new Map([...only, ...last]) : object(line, ['cond', compiled], ...last)
  }

  #call(name: string, args: readonly Syntax[], line: number): readonly (readonly [string, Json])[] {
    const special = Object.hasOwn(this.#special, name) ? this.#special[name] : undefined
    if (special !== undefined) return special(args, line)
    if (args.some((arg) => arg.kind === 'param'))
      return [
        ['fcn', name],
        ['fill', this.#named(args)],
      ]
    return [[name, this.#expressions(args)]]
  }

  /** Calls that are special forms. */
  readonly #special: Readonly<Record<string, Special>> = {
    json: ([type, value], line) => {
      if (type === undefined || value === undefined) throw prettyError(line, 'json(type, value) is wanted')
      return [
        ['type', this.#types.read(type)],
        ['value', dataOf(value)],
      ]
    },
    ...Object.fromEntries(
      ['int', 'long', 'float', 'double', 'string'].map((kind): [string, Special] => [
        kind,
        ([value], line) => [[kind, value === undefined ? notData({ line } as Syntax) : dataOf(value)]],
      ]),
    ),
    bytes: ([value], line) => [['base64', value === undefined ? notData({ line } as Syntax) : dataOf(value)]],
    do: (args) => [['do', this.#expressions(args)]],
    apply: ([which, ...args], line) => {
      if (which === undefined) throw prettyError(line, 'apply(symbol, arguments ...) is wanted')
      return [
        ['call', this.#expression(which)],
        ['args', this.#expressions(args)],
      ]
    },
    update: ([record, change], line) => {
      if (record === undefined || change?.kind !== 'param') throw prettyError(line, 'update(record, field: value) is wanted')
      return [
        ['attr', this.#expression(record)],
        ['path', [[change.name]]],
        ['to', this.#expression(change.value)],
      ]
    },
    new: ([type, ...parts], line) => {
      if (type === undefined) throw prettyError(line, 'new(type, parts ...) is wanted')
      const read = this.#types.read(type)
      const isArray = read instanceof Map && read.get('type') === 'array'
      return [
        ['type', read],
        ['new', isArray ? this.#expressions(parts) : this.#named(parts)],
      ]
    },
    upcast: ([type, value], line) => {
      if (type === undefined || value === undefined) throw prettyError(line, 'upcast(type, value) is wanted')
      return [
        ['upcast', this.#expression(value)],
        ['as', this.#types.read(type)],
      ]
    },
    pack: (args) => [
      ['pack', args.map((arg): Json => (arg.kind === 'param' ? new Map([[arg.name, this.#expression(arg.value)]]) : notPair(arg)))],
    ],
    doc: ([text], line) => [['doc', text === undefined ? notData({ line } as Syntax) : dataOf(text)]],
    error: (args, line) => {
      const message = args.find((arg) => arg.kind !== 'param')
      if (message === undefined) throw prettyError(line, 'error(message) is wanted')
      return [['error', nameOf(message)], ...parametersOf(args)]
    },
    log: (args) => [['log', this.#expressions(args.filter((arg) => arg.kind !== 'param'))], ...parametersOf(args)],
  }
}

function parametersOf(args: readonly Syntax[]): readonly (readonly [string, Json])[] {
  return args.flatMap((arg) => (arg.kind === 'param' ? [[arg.name, dataOf(arg.value)] as const] : []))
}

function notPair({ line }: Syntax): never {
  throw prettyError(line, 'a pair is wanted: "name: value"')
}

function object(line: number, ...entries: readonly (readonly [string, Json])[]): ReadonlyMap<string, Json> {
  return new Map<string, Json>([['@', `PrettyPFA line ${line}`], ...entries])
}
