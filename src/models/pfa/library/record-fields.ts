import type { RecordType, Type } from '../types/type.ts'
import type { CallSite } from './library-function.ts'

/** Whether the record has a field of this name; the document is refused where the field isn't of the wanted kind. */
export function hasField(site: CallSite, record: RecordType, wanted: { readonly name: string; readonly type: Type }): boolean {
  const field = record.fields.find((candidate) => candidate.name === wanted.name)
  if (field === undefined) return false
  if (field.type.key !== wanted.type.key) {
    site.refuse(`field '${wanted.name}' of record ${record.name} is ${field.type.key}; ${site.name} takes ${wanted.type.key} there`)
  }
  return true
}
