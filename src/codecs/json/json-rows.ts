import { type Batch, INDEX } from '../../core/batch.ts'
import type { BoundField } from '../../core/codec.ts'
import type { RowSource } from '../../core/frame.ts'
import { similarName } from '../../core/similar-name.ts'
import { listFault, valueInList } from '../list-place.ts'
import { messageText, pathSteps, valueAt } from '../path.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/** The structured records of one batch, for as long as a model that answers later may ask for them: the reader is with the next batch then. */
export class JsonRows implements RowSource {
  readonly #batch: Batch
  readonly #fields: readonly BoundField[]

  constructor(batch: Batch, fields: readonly BoundField[]) {
    this.#batch = batch
    this.#fields = fields
  }

  value(record: number): unknown {
    const { bytes, index } = this.#batch
    const at = index[record * INDEX.stride + INDEX.valueAt]!
    return JSON.parse(decoder.decode(bytes.subarray(at, at + index[record * INDEX.stride + INDEX.valueLength]!)))
  }

  text(record: number, field: number): string | undefined {
    const { path, list } = this.#fields[field]!
    if (path === undefined) return undefined
    const value = this.#fieldValue(record, field)
    return messageText(list === undefined ? value : valueInList(value, list.at))
  }

  fault(record: number, field: number): string | undefined {
    const { path, list } = this.#fields[field]!
    if (path === undefined || list?.shape === undefined) return undefined
    return listFault(path, this.#fieldValue(record, field), list.shape)
  }

  #fieldValue(record: number, field: number): unknown {
    const { path, guessed } = this.#fields[field]!
    const value = this.value(record)
    return guessed === true ? guessedValue(value, path!) : valueAt(value, pathSteps(path!))
  }
}

/** The member of this name, else the last one of a similar name. */
function guessedValue(record: unknown, name: string): unknown {
  const exact = valueAt(record, [name])
  if (exact !== undefined) return exact
  const similar = Object.keys(record as object).findLast((key) => similarName(key) === similarName(name))
  return similar === undefined ? undefined : valueAt(record, [similar])
}
