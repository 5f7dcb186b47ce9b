import { toText } from '../assembly/convert.ts'
import type { ModelContext } from '../assembly/model-compiler.ts'
import type { Evaluate, Operand } from '../assembly/operand.ts'
import { familyOf } from '../values/data-type.ts'
import type { AssociationPlan } from './association-plan.ts'

/** The items of a row: a list, which stands in a cell as the code of its JSON text. */
export interface ItemReader {
  /** The code of the row's list; NaN where it is missing. */
  readonly code: Evaluate
  /** Which of the model's items are in the list of this code. */
  items(code: number): ReadonlySet<number>
}

/**
 * Where the model has one active field, that field holds the list of items. Where it has several, each of them is an item that is there
 * if its value says so, or an item with its value as category.
 */
export function itemReader(plan: AssociationPlan, context: ModelContext): ItemReader {
  const { scope, assembly, head } = context
  const names = [...new Set(head.miningFields.flatMap((field) => (field.usage === 'active' ? [field.name] : [])))]
  const indices = new Map<string, number>()
  for (const [i, item] of plan.items.entries()) {
    indices.set(item.value, i)
    if (item.field !== undefined) indices.set(`${item.field}=${item.category ?? item.value}`, i)
  }
  const itemsOf = (code: number): ReadonlySet<number> => {
    const list = JSON.parse(assembly.pool.text(code)) as readonly string[]
    return new Set(list.flatMap((text) => indices.get(text) ?? []))
  }
  const operands = names.map((name) => scope.require(name))
  if (names.length === 1) return { code: operands[0]!.run, items: itemsOf }
  const readers = operands.map((operand, i) => itemOf(operand, names[i]!, context))
  return {
    items: itemsOf,
    code: (cells, at) => assembly.pool.code(JSON.stringify(readers.flatMap((read) => read(cells, at) ?? []))),
  }
}

function itemOf(operand: Operand, name: string, { assembly }: ModelContext): (cells: Float64Array, at: number) => string | undefined {
  if (familyOf(operand.type) !== 'text') {
    const { run } = operand
    return (cells, at) => {
      const value = run(cells, at)
      return Number.isNaN(value) || value === 0 ? undefined : value === 1 ? name : `${name}=${value}`
    }
  }
  const run = toText(operand, assembly)
  return (cells, at) => {
    const code = run(cells, at)
    if (Number.isNaN(code)) return undefined
    const text = assembly.pool.text(code)
    return /^(?:t|true|y|yes|1)$/i.test(text) ? name : /^(?:f|false|n|no|0)$/i.test(text) ? undefined : `${name}=${text}`
  }
}
