import { type Batch, valueOf } from '../core/batch.ts'
import { HeaderCursor } from '../core/headers.ts'
import type { Score } from '../policies/rendezvous/score.ts'
import { headerId, headerValue } from './message-id.ts'
import type { FailureTopic, ScoreTopic } from './options.ts'

const encoder = new TextEncoder()
const decoder = new TextDecoder()
const [CE_ID, CE_SOURCE, MODEL, SCORE, CONFIDENCE, TOPIC] = [
  'ce_id',
  'ce_source',
  'sluice_model',
  'sluice_score',
  'sluice_confidence',
  'sluice_topic',
].map((name) => encoder.encode(name)) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array]
const NUMBER = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/
const NO_NUMBER = new Set(['NaN', 'Infinity', '-Infinity'])
/** A longer value is not looked into for its confidence. */
const MAX_VALUE_BYTES = 1024 * 1024

/** What is read of the headers of one record, used again and again. */
class Said {
  id: string | undefined
  place: string | undefined
  model: string | undefined
  score: string | undefined
  confidence: string | undefined
  source: string | undefined
  topic: string | undefined
}

/** Reads what models say of inputs: the records of score topics, and of topics of dead letters. */
export class ScoreReader {
  readonly #idName: Uint8Array | undefined
  readonly #input: string
  readonly #cursor = new HeaderCursor()

  constructor({ idHeader, input }: { readonly idHeader?: string | undefined; readonly input: string }) {
    this.#idName = idHeader === undefined ? undefined : encoder.encode(idHeader)
    this.#input = input
  }

  /** The score that a record is; undefined where it names no input or no model. One without a score is that of a model that failed. */
  score(batch: Batch, i: number, from: ScoreTopic): Score | undefined {
    const said = this.#read(batch, i)
    const id = said.id ?? said.place
    const { model, version } = nameOf(said.model)
    const name = from.model ?? model
    if (id === undefined || name === undefined) return undefined
    const confidence = from.confidence === undefined ? numberOf(said.confidence) : confidenceIn(valueOf(batch, i), from.confidence)
    return { id, model: name, version, value: valueIn(said.score, from.value), confidence }
  }

  /** What a dead letter says: that a model failed. undefined where it is about another topic, or no model's. */
  failure(batch: Batch, i: number, { models }: FailureTopic): Score | undefined {
    const said = this.#read(batch, i)
    const id = said.id ?? said.place
    const { model, version } = nameOf(said.model)
    const stream = said.source?.startsWith('/sluice/') === true ? said.source.slice('/sluice/'.length) : ''
    const name = models.get(stream) ?? model
    if (said.topic !== this.#input || id === undefined || name === undefined) return undefined
    return { id, model: name, version }
  }

  #read(batch: Batch, i: number): Said {
    const said = new Said()
    const cursor = this.#cursor
    cursor.start(batch, i)
    while (cursor.next()) {
      if (cursor.valueLength < 0) continue
      const { valueAt, valueLength } = cursor
      if (this.#idName !== undefined && said.id === undefined && cursor.isNamed(this.#idName))
        said.id = headerId(batch.bytes, valueAt, valueLength)
      else if (cursor.isNamed(SCORE)) said.score = headerValue(batch.bytes, valueAt, valueLength)
      else if (cursor.isNamed(MODEL)) said.model = headerValue(batch.bytes, valueAt, valueLength)
      else if (cursor.isNamed(CE_ID)) said.place = headerValue(batch.bytes, valueAt, valueLength)
      else if (cursor.isNamed(CONFIDENCE)) said.confidence = headerValue(batch.bytes, valueAt, valueLength)
      else if (cursor.isNamed(CE_SOURCE)) said.source = headerValue(batch.bytes, valueAt, valueLength)
      else if (cursor.isNamed(TOPIC)) said.topic = headerValue(batch.bytes, valueAt, valueLength)
    }
    return said
  }
}

/** `name@version` in its parts. */
function nameOf(text: string | undefined): { model: string | undefined; version: string | undefined } {
  if (text === undefined || text === '') return { model: undefined, version: undefined }
  const at = text.lastIndexOf('@')
  return at <= 0 ? { model: text, version: undefined } : { model: text.slice(0, at), version: text.slice(at + 1) }
}

function valueIn(text: string | undefined, kind: ScoreTopic['value']): number | string | undefined {
  if (text === undefined) return undefined
  if (kind === 'label') return text
  if (NUMBER.test(text)) return Number(text)
  return kind === 'number' || NO_NUMBER.has(text) ? undefined : text
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && NUMBER.test(text) ? Number(text) : undefined
}

function confidenceIn(value: Uint8Array | undefined, path: string): number | undefined {
  if (value === undefined || value.length > MAX_VALUE_BYTES) return undefined
  try {
    let found: unknown = JSON.parse(decoder.decode(value))
    for (const name of path.split('.')) {
      if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
      found = (found as Record<string, unknown>)[name]
    }
    return typeof found === 'number' ? found : undefined
  } catch {
    return undefined
  }
}
