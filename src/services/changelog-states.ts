import type { PartitionState } from '../api/contract/index.ts'
import type { Log, TopicPartition } from '../core/log.ts'
import { keyText, readStateText } from '../core/model-state.ts'
import { Changelog } from './changelog.ts'
import { jsonValue } from './json-value.ts'

/** The longest state that is shown, and how much of the states of a model is shown together, in UTF-16 units of their texts. */
const LONGEST_SHOWN = 64 * 1024
const ALL_SHOWN = 1024 * 1024
/** How many states of a model are listed. */
const LISTED = 1000

const encoder = new TextEncoder()

/** A state as it was committed last, with its text where that is short enough to be shown. */
interface KnownState extends TopicPartition {
  readonly dataType: string
  readonly model: string
  readonly key: string | undefined
  readonly bytes: number
  readonly text: string | undefined
}

/** The states of models that all members of the group have committed. It keeps no more of them than can be shown. */
export class ChangelogStates {
  readonly #changelog: Changelog<KnownState>

  constructor(log: Log, topic: string) {
    this.#changelog = new Changelog(log, topic, known)
  }

  /** Those of one model version, by partition and key; of one key, where it is given. Throws `log.unavailable`, and `log.corrupt`. */
  async of(dataType: string, model: string, key?: string): Promise<PartitionState[]> {
    const wanted = key === undefined ? undefined : keyText(encoder.encode(key))
    const isWanted = (state: KnownState): boolean =>
      state.dataType === dataType && state.model === model && (wanted === undefined || (state.key ?? wanted) === wanted)
    const states = [...(await this.#changelog.read())].filter(isWanted)
    let shown = 0
    return states
      .toSorted((a, b) => compare(a.topic, b.topic) || a.partition - b.partition || compare(a.key ?? '', b.key ?? ''))
      .slice(0, LISTED)
      .map(({ topic, partition, key: of, bytes, text }) => {
        const fits = text !== undefined && shown + text.length <= ALL_SHOWN
        if (fits) shown += text.length
        return { topic, partition, ...(of !== undefined && { key: plainKey(of) }), bytes, value: fits ? valueOf(text) : null }
      })
  }
}

function known(record: string): KnownState {
  const { topic, partition, dataType, model, key, snapshot } = readStateText(record)
  const text = snapshot.length <= LONGEST_SHOWN ? snapshot : undefined
  return { topic, partition, dataType, model, key, bytes: Buffer.byteLength(snapshot), text }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function plainKey(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

/** As `jsonValue` shows records; null where it is no JSON, or nested too deep. */
function valueOf(text: string): unknown {
  try {
    return jsonValue(JSON.parse(text, exact))
  } catch {
    return null
  }
}

/** Whole numbers that a double does not hold are shown by all of their digits. */
function exact(_: string, value: unknown, { source }: { readonly source?: string } = {}): unknown {
  const isLong = typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && /^-?\d+$/.test(source)
  return isLong ? BigInt(source) : value
}
