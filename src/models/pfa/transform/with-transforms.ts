import { asSluiceError } from '../../../core/errors.ts'
import type { Runtime } from '../../../core/model.ts'
import { loadDocument, type PfaOptions } from '../runtime.ts'
import { createTransformedModel } from './transformed-model.ts'

/** What in a descriptor's metadata holds a PFA document that makes a model's inputs of a record, or the answer of its outputs. */
export const TRANSFORM = { before: 'sluice.before', after: 'sluice.after' } as const

/**
 * The runtime, whose models have PFA documents around them where their descriptors say so. Throws what it throws, and of the documents what the runtime of PFA
 * does.
 */
export function withTransforms(runtime: Runtime, options: PfaOptions = {}): Runtime {
  const dispose = runtime[Symbol.asyncDispose]?.bind(runtime)
  return {
    format: runtime.format,
    ...(dispose && { [Symbol.asyncDispose]: dispose }),
    async load(descriptor, bytes) {
      const [before, after] = [TRANSFORM.before, TRANSFORM.after].map((name) => {
        const text = descriptor.metadata[name]
        return text === undefined ? undefined : loadDocument(new TextEncoder().encode(text), name, options)
      })
      if (before === undefined && after === undefined) return runtime.load(descriptor, bytes)
      const model = await runtime.load(descriptor, bytes)
      try {
        return createTransformedModel(model, { before, after, paths: descriptor.inputs })
      } catch (error) {
        model[Symbol.dispose]()
        throw asSluiceError(error, 'model.runtime.failed', 'the documents around the model can not be put there')
      }
    },
  }
}
