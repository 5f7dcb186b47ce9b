import { type Model, type ModelDescriptor, modelId } from './model.ts'

/**
 * A model that is ready to score, shared by all that use it. Who keeps it calls `retain` and later `release`; it is disposed of
 * when nobody keeps it any more, so a version that was swapped out lives until its last batch is done.
 */
export class LoadedModel {
  readonly id: string
  readonly descriptor: ModelDescriptor
  readonly model: Model
  #keepers = 0
  #disposed = false

  constructor(descriptor: ModelDescriptor, model: Model) {
    this.id = modelId(descriptor)
    this.descriptor = descriptor
    this.model = model
  }

  retain(): this {
    if (this.#disposed) throw new RangeError(`${this.id} was used after it was disposed of`)
    this.#keepers++
    return this
  }

  release(): void {
    if (--this.#keepers > 0 || this.#disposed) return
    this.#disposed = true
    this.model[Symbol.dispose]()
  }
}
