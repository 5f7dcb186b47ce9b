import { SluiceError } from './errors.ts'
import type { TopicPartition } from './log.ts'

/** The state of one model version for one data type in one partition of an input. */
export interface ModelState {
  readonly dataType: string
  /** `name@version`. */
  readonly model: string
  /** Of the model's bytes. */
  readonly sha256: string
  /** Whose state it is, of the records' keys (as `keyText` writes them), where each key has one. */
  readonly key?: string
  /** As the model wrote it, JSON text; undefined where the state is forgotten. */
  readonly snapshot: string | undefined
}

/** A state and the partition of an input that it belongs to. */
export interface PlacedState extends TopicPartition, ModelState {
  readonly snapshot: string
}

/** The key of the state's records, of which the last counts. */
export function stateKey(
  { topic, partition }: TopicPartition,
  { dataType, model, key }: Pick<ModelState, 'dataType' | 'model' | 'key'>,
): string {
  const whole = `${topic}-${partition}/${encodeURIComponent(dataType)}/${model}`
  return key === undefined ? whole : `${whole}?key=${key}`
}

/** The value of the state's record: one JSON object, with the snapshot as its last member `state`, to the letter: its numbers may have more digits than a double. */
export function stateText(
  { topic, partition }: TopicPartition,
  { dataType, model, sha256, key, snapshot }: ModelState,
): string | undefined {
  if (snapshot === undefined) return undefined
  const head = JSON.stringify({ topic, partition, dataType, model, sha256, key })
  return `${head.slice(0, -1)}${STATE}${snapshot}}`
}

/** The bytes of a record's key as text: ASCII letters, digits and `-_.~` as they are, and each other byte as `%` and two hexadecimal digits. */
export function keyText(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += KEY_TEXTS[byte]!
  return text
}

const KEY_TEXTS: readonly string[] = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte)
  return /[A-Za-z0-9_.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
})

/** Reads the value of a state's record. Throws `log.corrupt` where it is none; what the snapshot says is not looked at. */
export function readStateText(text: string): PlacedState {
  // No text in the head can have this in it: there, quotes are escaped.
  const at = text.indexOf(STATE)
  try {
    if (at < 0 || !text.endsWith('}')) throw new SyntaxError("it has no 'state' at its end")
    const head = JSON.parse(`${text.slice(0, at)}}`) as Record<string, unknown>
    const { topic, partition, dataType, model, sha256, key = '' } = head
    for (const [name, value] of Object.entries({ topic, dataType, model, sha256, key }))
      if (typeof value !== 'string') throw new TypeError(`its '${name}' is ${JSON.stringify(value)}; a text is wanted`)
    if (!Number.isInteger(partition)) throw new TypeError(`its 'partition' is ${JSON.stringify(partition)}; a whole number is wanted`)
    return { ...(head as unknown as PlacedState), snapshot: text.slice(at + STATE.length, -1) }
  } catch (cause) {
    throw new SluiceError('log.corrupt', `the record is no state of a model: ${(cause as Error).message}`, { cause })
  }
}

const STATE = ',"state":'
