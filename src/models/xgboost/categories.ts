import { SluiceError } from '../../core/errors.ts'
import type { Document } from '../trees/document.ts'

/** XGBoost 3.2 cuts texts that are not ASCII at the wrong places, and perhaps within a character. */
const decoder = new TextDecoder()

/**
 * The categories that a model holds (XGBoost 3.1 and later, trained on a data frame), by feature: their texts, in the order of their
 * numbers. Empty where there are none: records then have the numbers themselves. Those of features that `declared` has are these.
 */
export function readCategories(
  model: Document,
  features: number,
  declared: ReadonlyMap<number, readonly string[]>,
): ReadonlyMap<number, readonly string[]> {
  const found = new Map(declared)
  const encodings = model.find('cats')?.find('enc')
  if (encodings === undefined || encodings.length === 0) return found
  if (encodings.length !== features) throw encodings.malformed(`a list of ${features} encodings`)
  for (let feature = 0; feature < features; feature++) {
    if (declared.has(feature)) continue
    const texts = textsOf(encodings.item(feature))
    if (texts.length === 0) continue
    if (new Set(texts).size < texts.length)
      throw new SluiceError('model.malformed', `two categories of feature ${feature} have the same text`)
    found.set(feature, texts)
  }
  return found
}

/** Texts are one run of bytes and where each ends; numbers stand for themselves. */
function textsOf(encoding: Document): readonly string[] {
  const values = encoding.get('values').numbers()
  if (!encoding.has('offsets')) return Array.from(values, String)
  const bytes = Uint8Array.from(values, (value) => value & 255)
  const offsets = encoding.get('offsets').numbers()
  return Array.from({ length: Math.max(0, offsets.length - 1) }, (_, i) => {
    const [from, to] = [offsets[i]!, offsets[i + 1]!]
    if (!(from >= 0 && from <= to && to <= bytes.length)) throw encoding.malformed('texts and where they end')
    return decoder.decode(bytes.subarray(from, to))
  })
}
