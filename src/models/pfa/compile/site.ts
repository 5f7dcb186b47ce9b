import { isArray, isObject, type Json, type JsonObject } from '../document/json.ts'
import type { Place } from '../document/place.ts'
import { accepts } from '../types/accepts.ts'
import type { Type } from '../types/type.ts'
import { converterOf } from '../values/convert.ts'
import { MisfitError } from '../values/read-json.ts'
import type { Value } from '../values/value.ts'
import { Block } from './block.ts'
import type { Operand } from './operand.ts'
import type { Program } from './program.ts'
import type { Scope } from './scope.ts'

const SYMBOL = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Where an expression stands: what names mean there, where its statements go, and how its place is called. */
export class Site {
  readonly program: Program
  readonly scope: Scope
  readonly block: Block
  readonly place: Place

  constructor(program: Program, { scope, block, place }: { scope: Scope; block: Block; place: Place }) {
    this.program = program
    this.scope = scope
    this.block = block
    this.place = place
  }

  with(changes: { scope?: Scope; block?: Block; place?: Place }): Site {
    return new Site(this.program, { scope: this.scope, block: this.block, place: this.place, ...changes })
  }

  refuse(problem: string): never {
    return this.place.refuse(problem)
  }

  /** The part of a form under this key. */
  at(key: string | number, part?: Json): Site {
    return this.with({ place: this.place.at(key, part) })
  }

  /** Compiles an argument: it can neither declare nor write variables. */
  argument(json: JsonObject, key: string): Operand {
    return this.at(key, json.get(key)).with({ scope: this.scope.argument() }).expression(json.get(key))
  }

  expression(json: Json | undefined): Operand {
    return this.program.parts.expression(json ?? null, this)
  }

  /** Compiles what may be one expression or an array of them; its value is the last one's. */
  body(json: Json | undefined): Operand {
    if (!isArray(json)) return this.expression(json)
    if (json.length === 0) this.refuse('at least one expression is wanted')
    for (let i = 0; i < json.length - 1; i++) this.run(this.at(i, json[i]).expression(json[i]))
    const last = json.length - 1
    return this.at(last, json[last]).expression(json[last])
  }

  /** Writes an expression whose value nobody wants as a statement. */
  run(operand: Operand): void {
    if (!operand.stable) this.block.add(`${operand.code};`)
  }

  /**
   * Compiles several expressions that are evaluated in order. What is not stable becomes a variable where a later one needs statements, so
   * that the order stays.
   */
  sequence(count: number, compile: (site: Site, i: number) => Operand): Operand[] {
    const operands: Operand[] = []
    for (let i = 0; i < count; i++) {
      const block = new Block()
      const operand = compile(this.with({ block }), i)
      if (!block.empty) {
        for (let before = 0; before < i; before++) operands[before] = this.kept(operands[before]!)
        this.block.lines.push(...block.lines)
      }
      operands.push(operand)
    }
    return operands
  }

  /** The operand as a name or literal, in a variable if need be. */
  kept(operand: Operand): Operand {
    if (operand.stable) return operand
    const name = this.program.fresh('t')
    this.block.add(`const ${name} = ${operand.code};`)
    return { code: name, type: operand.type, stable: true }
  }

  /** The operand as one of another type, which must accept its own. */
  converted(operand: Operand, to: Type): Operand {
    const from = operand.type
    const convert = converterOf(from, to, this.program.parts.values.classes)
    if (convert === undefined) return operand.type === to ? operand : { ...operand, type: to }
    if (operand.literal !== undefined) return this.program.constants.literal(to, convert(operand.literal.value))
    const { code } = operand
    if (from.kind === 'int' && to.kind === 'float') return { code: `Math.fround(${code})`, type: to, stable: false }
    if (from.kind === 'long' && to.kind === 'double') return { code: `Number(${code})`, type: to, stable: false }
    return { code: `${this.program.constants.name(convert)}(${code})`, type: to, stable: false }
  }

  accepted(wanted: Type, operand: Operand, what: string): Operand {
    if (!accepts(wanted, operand.type)) {
      this.refuse(`${what} is of type ${operand.type.key}; it should be ${wanted.key}`)
    }
    return this.converted(operand, wanted)
  }

  condition(operand: Operand, what: string): Operand {
    if (operand.type.kind !== 'boolean') this.refuse(`${what} is of type ${operand.type.key}; it should be boolean`)
    return operand
  }

  type(json: Json | undefined, key: string): Type {
    return this.program.parts.types.read(json, this.place.at(key, json))
  }

  /** A value that the document spells out. */
  literal(type: Type, json: Json | undefined): Operand {
    return this.program.constants.literal(type, this.readLiteral(type, json))
  }

  readLiteral(type: Type, json: Json | undefined): Value {
    try {
      return this.program.parts.values.literalReader(type)(json)
    } catch (error) {
      if (!(error instanceof MisfitError)) throw error
      const place = error.path.reduce<Place>((at, key) => at.at(key), this.place)
      return place.refuse(error.message)
    }
  }

  text(json: JsonObject, key: string): string {
    const text = json.get(key)
    return typeof text === 'string' ? text : this.at(key).refuse('a text is wanted')
  }

  symbol(name: string): string {
    return SYMBOL.test(name) ? name : this.refuse(`${JSON.stringify(name)} is no name of a symbol`)
  }

  object(json: JsonObject, key: string): readonly (readonly [string, Json])[] {
    const object = json.get(key)
    if (!isObject(object)) return this.at(key).refuse('an object is wanted')
    return [...object].filter(([name]) => name !== '@')
  }

  array(json: JsonObject, key: string): readonly Json[] {
    const array = json.get(key)
    return isArray(array) ? array : this.at(key).refuse('an array is wanted')
  }

  flag(json: JsonObject, key: string, fallback: boolean): boolean {
    const flag = json.get(key) ?? fallback
    return typeof flag === 'boolean' ? flag : this.at(key).refuse('true or false is wanted')
  }

  /** Declares a variable and gives its name in JavaScript. */
  declare(name: string, type: Type): string {
    if (this.scope.has(name)) this.refuse(`the symbol '${name}' may not be declared again or shadowed`)
    const code = this.program.fresh(this.symbol(name))
    this.scope.declare(name, { type, code, routine: this.scope.routine })
    return code
  }
}
