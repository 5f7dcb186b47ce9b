import type { Type } from '../types/type.ts'
import { type Compare, createComparators } from './compare.ts'
import { createReaders, type ReadJson } from './read-json.ts'
import { RecordClasses } from './record-classes.ts'
import type { Value } from './value.ts'
import { createAvroWriters } from './write-avro.ts'
import { createWriters, type WriteJson } from './write-json.ts'

/** What can be done with values of a document's types. */
export interface ValueTools {
  readonly classes: RecordClasses
  readonly comparator: (type: Type) => Compare
  /** Of the document's own literals: Avro's JSON. */
  readonly literalReader: (type: Type) => ReadJson
  /** Of input: unions may come without tags. */
  readonly inputReader: (type: Type) => ReadJson
  readonly jsonWriter: (type: Type) => WriteJson
  readonly avroWriter: (type: Type) => (value: Value) => Uint8Array
}

export function createValueTools(bytes: 'latin1' | 'base64' = 'latin1'): ValueTools {
  const classes = new RecordClasses()
  return {
    classes,
    comparator: createComparators(classes),
    literalReader: createReaders(classes, { bytes: 'latin1', untagged: false }),
    inputReader: createReaders(classes, { bytes, untagged: true }),
    jsonWriter: createWriters(classes, { bytes }),
    avroWriter: createAvroWriters(classes),
  }
}
