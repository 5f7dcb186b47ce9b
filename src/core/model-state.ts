import { SluiceError } from './errors.ts'
import type { TopicPartition } from './log.ts'

/** The state of one model version for one data type in one partition of an input. */
export interface ModelState {
  readonly dataType: string
  /** `name@version`. */
  readonly model: string
  /** Of the model's bytes. */
  readonly sha256: string
  /** As the model wrote it, JSON text; undefined where the state is forgotten. */
  readonly snapshot: string | undefined
}

/** A state and the partition of an input that it belongs to. */
export interface PlacedState extends TopicPartition, ModelState {
  readonly snapshot: string
}

/** The key of the state's records, of which the last counts. */
export function stateKey({ topic, partition }: TopicPartition, { dataType, model }: Pick<ModelState, 'dataType' | 'model'>): string {
  return `${topic}-${partition}/${encodeURIComponent(dataType)}/${model}`
}

/** The value of the state's record: one JSON object, with the snapshot as its last member `state`, to the letter: its numbers may have more digits than a double. */
export function stateText({ topic, partition }: TopicPartition, { dataType, model, sha256, snapshot }: ModelState): string | undefined {
  if (snapshot === undefined) return undefined
  const head = JSON.stringify({ topic, partition, dataType, model, sha256 })
  return `${head.slice(0, -1)}${STATE}${snapshot}}`
}

/** Reads the value of a state's record. Throws `log.corrupt` where it is none; what the snapshot says is not looked at. */
export function readStateText(text: string): PlacedState {
  // No text in the head can have this in it: there, quotes are escaped.
  const at = text.indexOf(STATE)
  try {
    if (at < 0 || !text.endsWith('}')) throw new SyntaxError("it has no 'state' at its end")
    const head = JSON.parse(`${text.slice(0, at)}}`) as Record<string, unknown>
    const { topic, partition, dataType, model, sha256 } = head
    for (const [name, value] of Object.entries({ topic, dataType, model, sha256 }))
      if (typeof value !== 'string') throw new TypeError(`its '${name}' is ${JSON.stringify(value)}; a text is wanted`)
    if (!Number.isInteger(partition)) throw new TypeError(`its 'partition' is ${JSON.stringify(partition)}; a whole number is wanted`)
    return { ...(head as unknown as PlacedState), snapshot: text.slice(at + STATE.length, -1) }
  } catch (cause) {
    throw new SluiceError('log.corrupt', `the record is no state of a model: ${(cause as Error).message}`, { cause })
  }
}

const STATE = ',"state":'
