/**
 * The record that says from which input offset, per partition, a model version answered. It is committed together with the
 * first outputs of that version, so markers and outputs never disagree.
 */
export interface SwapMarker {
  readonly dataType: string
  /** The arm of the data type's policy in which it does, where that has several. */
  readonly arm?: string
  readonly name: string
  readonly version: string
  readonly sha256: string
  readonly topic: string
  readonly partition: number
  /** The first record that this version answered, as a decimal string. */
  readonly fromOffset: string
  /** When, in milliseconds since the epoch. */
  readonly at: number
  /** `name@version` that served this partition before, or null where none did. */
  readonly previous: string | null
}
