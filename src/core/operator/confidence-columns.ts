import type { ModelDescriptor } from '../model.ts'
import type { OutputField } from '../scores.ts'

/**
 * The outputs that say how sure a model is, as places in its outputs; the highest of them counts. The output that the descriptor's
 * metadata names as `confidence`; else the one of that name; else the probabilities of the classes; else the one called `probability`.
 */
export function confidenceColumns({ metadata }: ModelDescriptor, outputs: readonly OutputField[]): readonly number[] {
  const declared = metadata['confidence']
  const candidates: ((output: OutputField) => boolean)[] =
    declared === undefined
      ? [({ name }) => name === 'confidence', ({ name }) => /^probability\(.*\)$/s.test(name), ({ name }) => name === 'probability']
      : [({ name }) => name === declared]
  for (const isOne of candidates) {
    const columns = outputs.flatMap((output, column) => (output.type === 'number' && isOne(output) ? [column] : []))
    if (columns.length > 0) return columns
  }
  return []
}
