import { SluiceError } from '../../core/errors.ts'

/**
 * The texts of categorical features that the descriptor's metadata gives as `categories`: a JSON object of lists by feature, each in the
 * order of the categories' numbers. For models that don't hold their categories, or not well. Empty where there is none.
 * Throws `model.descriptor.malformed`.
 */
export function declaredCategories(
  names: readonly string[],
  metadata: Readonly<Record<string, string>>,
): ReadonlyMap<number, readonly string[]> {
  const found = new Map<number, readonly string[]>()
  const given = metadata['categories']
  if (given === undefined) return found
  const object = parse(given)
  for (const [name, list] of Object.entries(object)) {
    const feature = names.indexOf(name)
    if (feature < 0) throw malformed(`names the feature '${name.slice(0, 100)}', which the model does not have`)
    const texts = textsOf(list)
    if (texts === undefined) throw malformed(`gives no list of different texts for '${name}'`)
    found.set(feature, texts)
  }
  return found
}

function parse(given: string): object {
  try {
    const value: unknown = JSON.parse(given)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Said below, as for what is JSON and no object.
  }
  throw malformed('is no JSON object of lists')
}

function textsOf(list: unknown): readonly string[] | undefined {
  if (!Array.isArray(list) || list.length === 0) return undefined
  const texts = list.map((text: unknown) => (typeof text === 'string' || typeof text === 'number' ? String(text) : undefined))
  return texts.every((text) => text !== undefined) && new Set(texts).size === texts.length ? texts : undefined
}

function malformed(problem: string): SluiceError {
  return new SluiceError('model.descriptor.malformed', `the metadata's categories ${problem}`)
}
