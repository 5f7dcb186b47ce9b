import { type Batch, keyOf } from '../batch.ts'
import { SluiceError } from '../errors.ts'
import type { Arm } from '../policy.ts'
import type { Group } from './group.ts'
import type { ModelStates, ServingStates } from './model-states.ts'
import { failFrame } from './rejections.ts'

export interface StatefulScoring {
  /** The batch that the group's records are of. */
  readonly batch: Batch
  readonly states: ModelStates
  /** The longest record batch for a state. */
  readonly maxBytes: number
  /** Has the policy decide with these arms; a failure is the group's. */
  readonly decide: (arms: readonly Arm[]) => Promise<void> | undefined
}

/**
 * Scores a group with the partition's own instances of the models that have a state, after the groups of all batches before, and notes the
 * states that it changed before the next can change them. Where the frame failed, or its state can't be kept, its records are rejected, and
 * it is as if they had never been. Throws (or rejects with) `log.corrupt` where a state that was read back does not fit its model.
 */
export function scoreWithStates(group: Group, { batch, states, maxBytes, decide }: StatefulScoring): Promise<void> | undefined {
  return states.inTurn(() => {
    const serving = servingStates(group, states)
    if (serving === undefined) return undefined
    group.frame.keyOf = (record) => keyOf(batch, record)
    const deciding = decide(serving.arms)
    if (group.frame.rows === 0) return undefined
    return deciding === undefined ? noteStates(group, serving, maxBytes) : deciding.then(() => noteStates(group, serving, maxBytes))
  })
}

/** Undefined where a model can't make an instance: its records are then rejected. */
function servingStates(group: Group, states: ModelStates): ServingStates | undefined {
  try {
    return states.serving(group.dataType, group.served!, group.slot)
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'log.corrupt') throw error
    group.scores.reset(group.served!.loaded.model.outputs, group.frame.rows)
    return failFrame(group, error)
  }
}

function noteStates(group: Group, serving: ServingStates, maxBytes: number): undefined {
  serving.checkRead()
  if (!group.failed) {
    try {
      group.states = serving.advance(maxBytes)
      return
    } catch (error) {
      failFrame(group, error)
    }
  }
  serving.goBack()
}
