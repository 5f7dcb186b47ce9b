import { AnswerHeaders } from '../answer-headers.ts'
import type { AnswerWriter, Codec } from '../codec.ts'
import type { Dictionary } from '../dictionary.ts'
import { type Model, type ModelDescriptor, modelId } from '../model.ts'
import { type OutputField, Scores } from '../scores.ts'

/** An answer that no model gave alone: one that a policy made of several models', or its default. Its scores have one row. */
export interface CombinedAnswer {
  readonly id: string
  readonly description: string
  readonly scores: Scores
  readonly writer: AnswerWriter
  readonly headers: AnswerHeaders
}

export interface CombinedOptions {
  readonly stream: string
  readonly codec: Codec
  readonly dataType: string
  /** Who answers, as `name@version` has it: the policy, and the versions that it is made of. */
  readonly name: string
  readonly version: string
  /** Where the answer is a label. */
  readonly labels: Dictionary | undefined
}

export function createCombinedAnswer(options: CombinedOptions): CombinedAnswer {
  const { stream, codec, dataType, name, version, labels } = options
  const descriptor: ModelDescriptor = {
    name,
    version,
    description: `made by the policy of ${dataType}`,
    dataType,
    format: 'function',
    sha256: '',
    inputs: {},
    metadata: {},
  }
  const output: OutputField =
    labels === undefined ? { name: 'score', type: 'number' } : { name: 'score', type: 'label', dictionary: labels }
  const model: Model = { inputs: [], outputs: [output], score: () => {}, [Symbol.dispose]: () => {} }
  const scores = new Scores()
  scores.reset(model.outputs, 1)
  return {
    id: modelId(descriptor),
    description: descriptor.description,
    scores,
    writer: codec.answerWriter(descriptor, model),
    headers: new AnswerHeaders(stream, descriptor, output),
  }
}

/** The answers of one policy that no model gave alone, made as they are needed. */
export class CombinedAnswers {
  readonly #made = new Map<string, CombinedAnswer & { readonly labels: Dictionary | undefined }>()

  /** Those who ask for the same get the same, as long as its labels are in the same dictionary. */
  of(options: CombinedOptions): CombinedAnswer {
    const key = `${options.name}@${options.version}${options.labels === undefined ? '' : '\n'}`
    const known = this.#made.get(key)
    if (known !== undefined && known.labels === options.labels) return known
    const made = { ...createCombinedAnswer(options), labels: options.labels }
    this.#made.set(key, made)
    return made
  }

  clear(): void {
    this.#made.clear()
  }
}
