import type { Json } from '../json.ts'
import type { Syntax } from './syntax.ts'
import { prettyError } from './tokens.ts'

/** The types of a PrettyPFA document: names of its own for types, and names for those that have none. */
export class PrettyTypes {
  readonly #aliases = new Map<string, Json>()
  #unnamed = 0

  /** Takes an item of the section `types`: `Name = type`, or a record, enum or fixed type. */
  define(item: Syntax): void {
    if (item.kind === 'assign' && item.pairs.length === 1) {
      const [name, type] = item.pairs[0]!
      this.#aliases.set(name, this.read(type))
      return
    }
    const type = this.read(item)
    const name = type instanceof Map ? type.get('name') : undefined
    if (typeof name !== 'string') throw prettyError(item.line, 'a type needs a name: "Name = type"')
    this.#aliases.set(name, type)
  }

  /** The type that an expression stands for, as JSON. */
  read(syntax: Syntax): Json {
    if (syntax.kind === 'name') return this.#aliases.get(syntax.name) ?? syntax.name
    if (syntax.kind === 'string') return this.#aliases.get(syntax.value) ?? syntax.value
    if (syntax.kind !== 'call') throw prettyError(syntax.line, 'a type is wanted')
    const { name, args, line } = syntax
    const [first] = args
    if (name === 'union') return args.map((part) => this.read(part))
    if ((name === 'array' || name === 'map') && first !== undefined && args.length === 1) {
      return new Map<string, Json>([
        ['type', name],
        [name === 'array' ? 'items' : 'values', this.read(first)],
      ])
    }
    if (name === 'record') return this.#record(args)
    if (name === 'enum' && first?.kind === 'list') return this.#named('enum', args[1], ['symbols', first.items.map(nameOf)])
    if (name === 'fixed' && first?.kind === 'number') return this.#named('fixed', args[1], ['size', first.value])
    throw prettyError(line, `'${name}' is no type`)
  }

  #record(args: readonly Syntax[]): Json {
    const fields = args.flatMap((arg) =>
      arg.kind === 'param'
        ? [
            new Map<string, Json>([
              ['name', arg.name],
              ['type', this.read(arg.value)],
            ]),
          ]
        : [],
    )
    return this.#named(
      'record',
      args.find((arg) => arg.kind !== 'param'),
      ['fields', fields],
    )
  }

  #named(kind: string, name: Syntax | undefined, rest: readonly [string, Json]): Json {
    const own = name === undefined ? `${kind[0]!.toUpperCase()}${kind.slice(1)}_${++this.#unnamed}` : nameOf(name)
    return new Map<string, Json>([['type', kind], ['name', own], rest])
  }
}

/** A name, or a string that stands for one. */
export function nameOf(syntax: Syntax): string {
  if (syntax.kind === 'name') return syntax.name
  if (syntax.kind === 'string') return syntax.value
  throw prettyError(syntax.line, 'a name is wanted')
}
