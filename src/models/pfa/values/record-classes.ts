import type { RecordType } from '../types/type.ts'
import { RecentMemo } from './recent-memo.ts'
import { propertyOf, type RecordValue, type Value } from './value.ts'

/** Makes a record of its fields, in the order of the type. */
export type RecordClass = new (...fields: readonly Value[]) => RecordValue

/** How many classes documents share. */
const SHARED = 1000

/**
 * The classes of a document's records, made when first asked for: one shape per type, so that reading a field is one load. Documents share the classes of
 * types that are written alike, so that a new version of a model finds code that is warm.
 */
export class RecordClasses {
  static readonly #shared = new RecentMemo<RecordClass>(SHARED)
  readonly #made = new Map<string, RecordClass>()

  get(type: RecordType): RecordClass {
    const known = this.#made.get(type.key)
    if (known !== undefined) return known
    const fields = type.fields.map((field) => [field.name, field.type.key])
    const made = RecordClasses.#shared.get(JSON.stringify([type.key, isTreeNode(type), fields]), () => recordClass(type))
    this.#made.set(type.key, made)
    return made
  }
}

function recordClass(type: RecordType): RecordClass {
  // Field names are identifiers (the type table has seen to it): nothing else of the document comes into this source.
  const properties = type.fields.map(({ name }) => propertyOf(name))
  // The root of a tree has room for the tree in another form.
  const cache = isTreeNode(type) ? 'this.$flat=undefined;' : ''
  const source = `return class PfaRecord {
constructor(${properties.map((_, i) => `p${i}`).join(',')}) {${properties.map((name, i) => `this.${name}=p${i};`).join('')}${cache}}
$copy() { return new PfaRecord(${properties.map((name) => `this.${name}`).join(',')}) }
}`
  // oxlint-disable-next-line typescript/no-implied-eval -- code that only the compiler wrote
  return (new Function(source) as () => RecordClass)()
}

/** Whether a record may hold others of its type. */
function isTreeNode(type: RecordType): boolean {
  return type.fields.some((field) => field.type.kind === 'union' && field.type.types.some((branch) => branch.key === type.key))
}
