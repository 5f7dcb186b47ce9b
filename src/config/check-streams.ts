import type { z } from 'zod'
import { checkAddresses } from './check-addresses.ts'
import { checkArchives } from './check-archives.ts'
import { encodingOf, modelsSchema, streamSettings, topicsSchema } from './schema.ts'
import { type Settings, valueAt } from './settings.ts'
import { type Path, pathText } from './source.ts'

type Report = (path: Path, message: string) => void

/** What a stream says of itself, as far as each of it is valid. */
interface Stream {
  readonly at: Path
  readonly name: string | undefined
  readonly input: string | undefined
  readonly output: string | undefined
}

/**
 * Adds what is wrong between settings that are right by themselves: names and topics used twice, streams that feed
 * themselves, answers that don't fit the format. Leaves out values that are wrong by themselves, so that all problems show at once.
 */
export function checkStreams(settings: Settings): void {
  const report: Report = (path, message) =>
    settings.problems.push({ key: pathText(path), source: settings.sourceOf(path), message: `${pathText(path)} ${message}` })
  const streams = streamsOf(settings)
  const internal = internalTopics(settings)
  checkInternal(internal, settings, report)
  checkTopics(streams, internal, report)
  for (const key of ['name', 'input', 'output'] as const) checkUnique(streams, key, report)
  checkCircles(streams, report)
  checkAddresses(settings, report)
  checkArchives(settings, { topics: takenTopics(streams, internal), report })
  for (const { at } of streams) {
    checkAnswer(at, settings, report)
    checkKeyed(at, settings, report)
    checkWire(at, settings, report)
  }
}

function streamsOf(settings: Settings): Stream[] {
  const given = valueAt(settings.tree, ['streams']) ?? [{}]
  if (!Array.isArray(given)) return []
  const { name, input, output } = streamSettings.shape
  return given.map((_, i) => {
    const at = ['streams', i]
    const valid = (schema: z.ZodType<string | undefined>, key: string) => schema.safeParse(valueAt(settings.tree, [...at, key])).data
    return { at, name: valid(name, 'name'), input: valid(input, 'input'), output: valid(output, 'output') }
  })
}

function takenTopics(streams: readonly Stream[], internal: Internal): Map<string, Path> {
  const ofStreams = streams.flatMap(({ at, input, output }) =>
    Object.entries({ input, output }).flatMap(([key, topic]): [string, Path][] => (topic === undefined ? [] : [[topic, [...at, key]]])),
  )
  return new Map([...ofStreams, ...[...internal].map(([topic, keys]): [string, Path] => [topic, keys[0]!])])
}

type Internal = ReadonlyMap<string, readonly Path[]>

/** The keys that name each of Sluice's own topics. */
function internalTopics(settings: Settings): Internal {
  const named: [topic: string, key: Path][] = []
  const add = (key: Path, schema: z.ZodType<string>) => {
    const topic = schema.safeParse(valueAt(settings.tree, key)).data
    if (topic !== undefined) named.push([topic, key])
  }
  add(['models', 'topic'], modelsSchema.shape.topic)
  for (const [key, schema] of Object.entries(topicsSchema.shape)) add(['topics', key], schema)
  return new Map([...Map.groupBy(named, ([topic]) => topic)].map(([topic, group]) => [topic, group.map(([, key]) => key)]))
}

/** Only by their keys do records and models of one data type come to the same partition. */
function checkKeyed(at: Path, settings: Settings, report: Report): void {
  if (valueAt(settings.tree, ['models', 'join']) !== 'keyed') return
  if (valueAt(settings.tree, [...at, 'dataType']) !== 'key')
    report([...at, 'dataType'], "must be key where models.join is keyed: a record's key says its partition")
}

function checkInternal(internal: Internal, settings: Settings, report: Report): void {
  for (const [topic, keys] of internal) {
    const culprit = keys.findLast((key) => settings.gives(key))
    if (keys.length < 2 || culprit === undefined) continue
    const other = keys.find((key) => key !== culprit)!
    report(culprit, `is '${topic}', as ${pathText(other)} is; each must be a topic of its own`)
  }
}

function checkTopics(streams: readonly Stream[], internal: Internal, report: Report): void {
  for (const { at, input, output } of streams) {
    for (const [key, topic] of [
      ['input', input],
      ['output', output],
    ] as const) {
      const owner = topic === undefined ? undefined : internal.get(topic)?.[0]
      if (owner !== undefined) report([...at, key], `is '${topic}', which is Sluice's own (${pathText(owner)}); it must be another topic`)
    }
    if (input !== undefined && input === output)
      report([...at, 'output'], `is '${output}', which is the stream's input; it must be another topic, or scores would be scored again`)
  }
}

function checkUnique(streams: readonly Stream[], key: 'name' | 'input' | 'output', report: Report): void {
  const seen = new Map<string, Path>()
  for (const stream of streams) {
    // A name that is not given is the input's, which is checked by itself.
    const value = key === 'name' ? (stream.name ?? stream.input) : stream[key]
    const other = value === undefined ? undefined : seen.get(value)
    if (value !== undefined && other === undefined) seen.set(value, [...stream.at, key])
    else if (other !== undefined && (key !== 'name' || stream.name !== undefined))
      report([...stream.at, key], `is '${value}', as ${pathText(other)} is; each stream must have its own`)
  }
}

/** Streams may feed one another, but not in a circle. */
function checkCircles(streams: readonly Stream[], report: Report): void {
  const next = new Map(
    streams.flatMap(({ input, output }) => (input === undefined || output === undefined ? [] : [[input, output] as const])),
  )
  const reported = new Set<string>()
  for (const { at, input } of streams) {
    if (input === undefined || reported.has(input)) continue
    const seen = [input]
    for (let topic = next.get(input); topic !== undefined && !seen.includes(topic); topic = next.get(topic)) seen.push(topic)
    if (seen.length < 2 || next.get(seen.at(-1)!) !== input) continue
    for (const topic of seen) reported.add(topic)
    report([...at, 'output'], `closes a circle (${[...seen, input].join(' → ')}), so records would go round for ever; it must lead out`)
  }
}

function checkAnswer(at: Path, settings: Settings, report: Report): void {
  const { format, answer } = streamSettings.shape
  const given = format.safeParse(valueAt(settings.tree, [...at, 'format'])).data
  const chosen = answer.safeParse(valueAt(settings.tree, [...at, 'answer'])).data
  if (given === undefined || chosen === undefined) return
  const encoding = encodingOf(given)
  if (encoding !== 'protobuf' && !('field' in chosen))
    report([...at, 'answer'], `is a field number, but the stream is ${ENCODING_NAMES[encoding]}; it must be { field: <name> }`)
  if (encoding === 'protobuf' && !('number' in chosen))
    report([...at, 'answer'], 'is a name, but the stream is protobuf; it must be { number: <field number> }')
  if (chosen.record) return
  if (encoding === 'avro') report([...at, 'answer', 'record'], "must be true: an Avro answer's schema is the record's with one field more")
  else if (encoding === 'json' && valueAt(settings.tree, [...at, 'wire']) === 'confluent')
    report(
      [...at, 'answer', 'record'],
      "must be true where the wire is confluent: the answer's JSON schema is the record's with one member more",
    )
}

const ENCODING_NAMES = { json: 'JSON', avro: 'Avro' } as const

/** What says its schema needs a registry, and Avro that does not say it needs the schema. */
function checkWire(at: Path, settings: Settings, report: Report): void {
  const { format, wire } = streamSettings.shape
  const given = format.safeParse(valueAt(settings.tree, [...at, 'format'])).data
  const chosen = wire.safeParse(valueAt(settings.tree, [...at, 'wire'])).data
  const registry = valueAt(settings.tree, ['schemas', 'registry']) ?? null
  if (chosen === 'confluent' && registry === null)
    report([...at, 'wire'], 'is confluent, which needs a schema registry; set schemas.registry')
  if (chosen === 'plain' && given === 'avro')
    report([...at, 'format'], 'is avro without a schema; it must be { avro: { schema: <file> } }, unless the wire is confluent')
}
