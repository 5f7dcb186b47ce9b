import type { Model, StatefulModel } from '../../core/model.ts'
import type { Memory, States } from './assembly/memory.ts'

/**
 * A model whose answers depend on earlier records. It and its forks share what is compiled, because they never score at the same time;
 * each has states of its own.
 */
export function createRememberingModel(model: Model, memory: Memory): Model {
  return { ...instanceOf(model, memory), [Symbol.dispose]: () => model[Symbol.dispose]() }
}

function instanceOf(model: Model, memory: Memory): StatefulModel {
  let states: States = memory.create()
  return {
    inputs: model.inputs,
    outputs: model.outputs,
    state: { fork: () => instanceOf(model, memory) },
    score(frame, scores) {
      memory.use(states)
      void model.score(frame, scores)
    },
    snapshot: () => memory.write(states),
    restore(snapshot) {
      states = memory.read(snapshot)
    },
    [Symbol.dispose]: () => {},
  }
}
