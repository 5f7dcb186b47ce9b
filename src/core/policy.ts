import type { Clock } from './clock.ts'
import type { Frame } from './frame.ts'
import type { Model, ModelDescriptor } from './model.ts'
import type { Scores } from './scores.ts'

/** Which part a model plays for a data type. */
export type ArmRole = 'primary' | 'canary' | 'shadow' | 'decoy' | 'reference'

/** A loaded model and the part that it plays. */
export interface Arm {
  readonly role: ArmRole
  readonly descriptor: ModelDescriptor
  readonly model: Model
}

/** How the answers of one frame were chosen. */
export interface Decision {
  /** The arm that answered, as a place in the arms that the policy was given; the same for every row of the frame. */
  readonly arm: number
  /** The rule that chose it, in a word: `primary`. */
  readonly rule: string
  /** How long it took, in milliseconds. */
  readonly elapsedMs: number
}

/** Chooses the answers for a frame among the models of its data type. Policies are stateless between frames. */
export interface Policy {
  readonly name: string
  /**
   * Scores the frame with the arms that it wants and leaves the chosen answers in `scores`, which it resets.
   * Returns at once where the arms it uses do. At least one arm is given.
   */
  decide(frame: Frame, arms: readonly Arm[], scores: Scores, clock: Clock): Decision | Promise<Decision>
}
