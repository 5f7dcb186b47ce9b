import { SluiceError } from '../../../core/errors.ts'
import type { DefineFunction, Expression } from '../expressions/expression.ts'
import { LIMITS } from '../limits.ts'
import { TextPool } from '../values/text-pool.ts'
import { Memory } from './memory.ts'
import type { Operand } from './operand.ts'
import type { Scope } from './scope.ts'

/** Makes an operand of an expression whose fields are those of the scope. */
export type CompileExpression = (expression: Expression, scope: Scope) => Operand

/** What the parts of one model share while they are put together: the cells of a row, the texts, the defined functions. */
export class Assembly {
  readonly pool = new TextPool()
  readonly compile: CompileExpression
  readonly functions: ReadonlyMap<string, DefineFunction>
  /** By target: its actual value where records have it. Residuals ask for it. */
  readonly actualValues = new Map<string, Operand>()
  /** What the document's parts remember of earlier records. */
  readonly memory = new Memory()
  /** Names of the defined functions that are being expanded, to see one that calls itself. */
  readonly expanding = new Set<string>()
  readonly #shared = new Map<object, object>()
  #slots = 0
  #expressions = 0
  readonly #regions: { readonly chunks: { readonly slot: number; readonly cells: number }[]; next: number }[] = []
  readonly #forgets: (() => void)[] = []

  constructor(functions: readonly DefineFunction[], compile: CompileExpression) {
    this.compile = compile
    this.functions = new Map(functions.map((definition) => [definition.name, definition]))
  }

  /** How many cells a row has. */
  get slots(): number {
    return this.#slots
  }

  /** Takes cells that stand one after the other; answers the first. */
  take(cells = 1): number {
    const slot = this.#slots
    this.#slots += cells
    if (this.#slots > LIMITS.slots) {
      throw new SluiceError('model.malformed', `the document needs more than ${LIMITS.slots} working cells per row; use a smaller model`)
    }
    return slot
  }

  /**
   * Takes cells for a model's result, that stand one after the other. Inside of `reusing`, they are cells that another model's result
   * was in before.
   */
  takeResult(cells = 1): number {
    const region = this.#regions.at(-1)
    if (region === undefined) return this.take(cells)
    const next = region.chunks[region.next++]
    if (next !== undefined && next.cells >= cells) return next.slot
    const chunk = { slot: this.take(cells), cells }
    region.chunks[region.next - 1] = chunk
    return chunk.slot
  }

  /** Puts models together, one after the other, of which each one's result is used up before the next one runs. */
  reusing<T, R>(items: readonly T[], compile: (item: T) => R): readonly R[] {
    const region = { chunks: [] as { slot: number; cells: number }[], next: 0 }
    this.#regions.push(region)
    const results = items.map((item) => {
      region.next = 0
      return compile(item)
    })
    this.#regions.pop()
    return results
  }

  /** Counts an expression, so that functions which call functions can't grow without bound. */
  countExpression(): void {
    if (++this.#expressions > LIMITS.expressions) {
      throw new SluiceError('model.malformed', `the document's functions expand to more than ${LIMITS.expressions} expressions`)
    }
  }

  /** A memory of results by text code, which is emptied when codes change their meaning. */
  memo<K = number, V = number>(): Map<K, V> {
    const memo = new Map<K, V>()
    this.onTrim(() => memo.clear())
    return memo
  }

  /** Has something done when codes change their meaning. */
  onTrim(forget: () => void): void {
    this.#forgets.push(forget)
  }

  /** What all operands that are made of one part of the document have in common. */
  shared<T extends object>(part: object, create: () => T): T {
    const known = this.#shared.get(part) as T | undefined
    if (known !== undefined) return known
    const created = create()
    this.#shared.set(part, created)
    return created
  }

  /** Forgets texts of earlier records where there are too many; answers whether codes changed their meaning. */
  trim(): boolean {
    if (!this.pool.trim(LIMITS.dynamicTexts)) return false
    for (const forget of this.#forgets) forget()
    return true
  }
}
