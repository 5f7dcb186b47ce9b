import type { PartitionState } from '../api/contract/index.ts'
import type { Log, TopicPartition } from '../core/log.ts'
import { readStateText } from '../core/model-state.ts'
import { Changelog } from './changelog.ts'
import { jsonValue } from './json-value.ts'

/** The longest state that is shown, and how much of the states of a model is shown together, in UTF-16 units of their texts. */
const LONGEST_SHOWN = 64 * 1024
const ALL_SHOWN = 1024 * 1024

/** A state as it was committed last, with its text where that is short enough to be shown. */
interface KnownState extends TopicPartition {
  readonly dataType: string
  readonly model: string
  readonly bytes: number
  readonly text: string | undefined
}

/** The states of models that all members of the group have committed. It keeps no more of them than can be shown. */
export class ChangelogStates {
  readonly #changelog: Changelog<KnownState>

  constructor(log: Log, topic: string) {
    this.#changelog = new Changelog(log, topic, known)
  }

  /** Those of one model version, by partition. Throws `log.unavailable`, and `log.corrupt`. */
  async of(dataType: string, model: string): Promise<PartitionState[]> {
    const states = [...(await this.#changelog.read())].filter((state) => state.dataType === dataType && state.model === model)
    let shown = 0
    return states
      .toSorted((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition))
      .map(({ topic, partition, bytes, text }) => {
        const fits = text !== undefined && shown + text.length <= ALL_SHOWN
        if (fits) shown += text.length
        return { topic, partition, bytes, value: fits ? valueOf(text) : null }
      })
  }
}

function known(record: string): KnownState {
  const { topic, partition, dataType, model, snapshot } = readStateText(record)
  const text = snapshot.length <= LONGEST_SHOWN ? snapshot : undefined
  return { topic, partition, dataType, model, bytes: Buffer.byteLength(snapshot), text }
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
