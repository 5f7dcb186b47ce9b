import { SluiceError } from '../../core/errors.ts'
import { modelId, type Runtime } from '../../core/model.ts'
import type { ModelDefinition } from './define-model.ts'

const MAX_BYTES = 256
const ID = /^[\w.-]+@[\w.-]+$/

/**
 * The runtime of models in code. A model's bytes are the `name@version` of one of these definitions. Loading throws
 * `model.malformed` where they are not of that form and `model.unsupported` where this program has no such definition;
 * this function throws `config.invalid` where two definitions have the same name and version.
 */
export function createFunctionRuntime(definitions: readonly ModelDefinition[]): Runtime {
  const known = new Map<string, ModelDefinition>()
  for (const definition of definitions) {
    const id = modelId(definition)
    if (known.has(id)) throw new SluiceError('config.invalid', `two models in code are named '${id}'; give one of them another version`)
    known.set(id, definition)
  }
  return {
    format: 'function',
    async load(descriptor, bytes) {
      const id = idIn(bytes)
      const definition = known.get(id)
      if (definition !== undefined) return definition.createModel(descriptor)
      const has = known.size === 0 ? 'none' : [...known.keys()].join(', ')
      throw new SluiceError('model.unsupported', `the function '${id}' is not linked into this program, which has ${has}`, {
        details: { function: id },
      })
    },
  }
}

function idIn(bytes: Uint8Array): string {
  const wanted = `the bytes of a function are the UTF-8 of name@version`
  if (bytes.length > MAX_BYTES) throw new SluiceError('model.malformed', `${wanted}, ${MAX_BYTES} bytes at most; these are ${bytes.length}`)
  const id = new TextDecoder().decode(bytes)
  if (!ID.test(id)) throw new SluiceError('model.malformed', `${wanted}; these are ${JSON.stringify(id)}`)
  return id
}
