import { FrameBuffer } from '../frame.ts'
import type { ModelState } from '../model-state.ts'
import { Scores } from '../scores.ts'
import type { ModelStatistics } from '../statistics.ts'
import type { ServedModel } from './served-model.ts'

const NONE: readonly ModelState[] = []

/** The records of one batch that one model answers. Pooled: its buffers serve the next batch too. */
export class Group {
  /** The code of its data type. */
  type = -1
  dataType = ''
  /** The arm of the data type's policy that it is; empty where one model answers by itself. */
  slot = ''
  served: ServedModel | undefined
  /** Places in the batch, ascending: `records[0..count)`. */
  records = new Int32Array(32)
  count = 0
  frame = new FrameBuffer()
  readonly scores = new Scores()
  /** Whether a model failed on the frame as a whole. */
  failed = false
  /** The states of models that its records have changed. */
  states: readonly ModelState[] = NONE
  /** How long the policy took for the frame, ms. */
  elapsedMs = 0
  /** Where its answers are counted; set when there are any. */
  statistics: ModelStatistics | undefined
  /** The next row to be written, while answers are written in the order of the batch. */
  row = 0

  reset({ type, dataType, served }: Pick<Group, 'type' | 'dataType'> & { readonly served: ServedModel }): void {
    this.type = type
    this.dataType = dataType
    this.served = served
    this.count = 0
    this.row = 0
    this.elapsedMs = 0
    this.failed = false
    this.states = NONE
    this.statistics = undefined
  }

  add(record: number): void {
    if (this.count === this.records.length) {
      const grown = new Int32Array(this.count * 2)
      grown.set(this.records)
      this.records = grown
    }
    this.records[this.count++] = record
  }

  has(record: number): boolean {
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.records[middle]! < record) low = middle + 1
      else high = middle
    }
    return low < this.count && this.records[low] === record
  }
}
