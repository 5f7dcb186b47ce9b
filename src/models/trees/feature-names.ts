import { SluiceError } from '../../core/errors.ts'

/**
 * The names of a model's inputs: those that the descriptor's metadata gives as `feature_names` (a JSON list, or names with commas
 * between), else the file's own. Throws `model.descriptor.malformed` where the metadata does not fit the model, and
 * `model.malformed` where the file gives a name twice.
 */
export function featureNames(
  own: { readonly names: readonly string[]; readonly positional: boolean },
  metadata: Readonly<Record<string, string>>,
): { readonly names: readonly string[]; readonly positional: boolean } {
  const given = metadata['feature_names']
  if (given === undefined) {
    const twice = own.names.find((name, i) => own.names.indexOf(name) !== i && own.names.length < 10_000)
    if (twice !== undefined || new Set(own.names).size < own.names.length)
      throw new SluiceError('model.malformed', `the model has two features of the name '${twice ?? ''}'`)
    return own
  }
  const names = given.trimStart().startsWith('[') ? listOf(given) : given.split(',').map((name) => name.trim())
  const usable = names !== undefined && names.every((name) => name !== '') && new Set(names).size === names.length
  if (usable && names.length === own.names.length) return { names, positional: false }
  const what = usable ? `${names.length} names` : 'no list of different names'
  throw new SluiceError(
    'model.descriptor.malformed',
    `feature_names in the descriptor gives ${what}; the model has ${own.names.length} features`,
  )
}

function listOf(json: string): readonly string[] | undefined {
  try {
    const list: unknown = JSON.parse(json)
    return Array.isArray(list) && list.every((name): name is string => typeof name === 'string') ? list : undefined
  } catch {
    return undefined
  }
}
