import { type AnswerValue, jsonAnswer, protobufAnswer } from './answer-value.ts'
import type { LoggedRecord } from './logged-record.ts'
import type { SystemStream } from './system.ts'

/** What became of one input record. */
export interface Outcome {
  readonly stream: string
  readonly partition: number
  readonly offset: number
  readonly input: LoggedRecord
  /** `name@version`, or undefined for a record that was rejected before a model got it. */
  readonly model: string | undefined
  readonly answer: AnswerValue | undefined
  /** Its record on the dead-letter topic. */
  readonly deadLetter: LoggedRecord | undefined
}

/** A record of the swaps topic. */
export interface Marker {
  readonly dataType: string
  readonly name: string
  readonly version: string
  readonly sha256: string
  readonly topic: string
  readonly partition: number
  readonly fromOffset: string
  readonly previous: string | null
}

/** What became of all records of an input. */
export interface Found {
  readonly outcomes: readonly Outcome[]
  /** In words, all that is not as it should be. */
  readonly problems: readonly string[]
  /** Records without an outcome. */
  readonly lost: number
  /** Outcomes of records that have one already. */
  readonly duplicated: number
}

/** Finds the one outcome of each input. There is a problem where there is none or another, or where outputs are not in the inputs' order. */
export function findOutcomes(
  { name, format }: Pick<SystemStream, 'name' | 'format'>,
  inputs: readonly LoggedRecord[],
  { outputs, deadLetters }: { readonly outputs: readonly LoggedRecord[]; readonly deadLetters: readonly LoggedRecord[] },
): Found {
  const byPlace = new Map(inputs.map((input) => [`${input.partition}:${input.offset}`, input]))
  const outcomes = new Map<string, Outcome>()
  const last = new Map<number, number>()
  const problems: string[] = []
  let duplicated = 0
  const placed = (record: LoggedRecord): [LoggedRecord, string] | undefined => {
    const id = record.headers.get('ce_id') ?? 'nowhere'
    const input = byPlace.get(id)
    if (input === undefined || input.partition !== record.partition) problems.push(`an answer to ${id} in partition ${record.partition}`)
    else if (outcomes.has(id)) {
      duplicated++
      problems.push(`a second answer to ${id}`)
    } else return [input, id]
    return undefined
  }
  for (const record of outputs) {
    const found = placed(record)
    if (found === undefined) continue
    const [input, id] = found
    if (input.offset <= (last.get(input.partition) ?? -1)) problems.push(`the answer to ${id} comes after a later one`)
    last.set(input.partition, input.offset)
    const answer = readAnswer(format, input.value!, record.value!)
    if (answer instanceof Error) {
      problems.push(`${id}: ${answer.message}`)
      continue
    }
    const said = outputProblem({ record, input, answer, stream: name })
    if (said !== undefined) problems.push(`${id}: ${said}`)
    outcomes.set(id, { stream: name, ...placeOf(input), input, model: answer.model, answer, deadLetter: undefined })
  }
  for (const record of deadLetters) {
    const found = placed(record)
    if (found === undefined) continue
    const [input, id] = found
    const said = deadLetterProblem(record, input, name)
    if (said !== undefined) problems.push(`${id}: ${said}`)
    const model = record.headers.get('sluice_model')
    outcomes.set(id, { stream: name, ...placeOf(input), input, model, answer: undefined, deadLetter: record })
  }
  const lost = [...byPlace.keys()].filter((id) => !outcomes.has(id))
  problems.push(...lost.map((id) => `no answer to ${id}`))
  const sorted = [...outcomes.values()].toSorted((a, b) => a.partition - b.partition || a.offset - b.offset)
  return { outcomes: sorted, problems, lost: lost.length, duplicated }
}

function readAnswer(format: SystemStream['format'], input: Buffer, output: Buffer): AnswerValue | Error {
  try {
    return format === 'json' ? jsonAnswer(input, output) : protobufAnswer(input, output)
  } catch (error) {
    return error as Error
  }
}

function placeOf({ partition, offset }: LoggedRecord): { partition: number; offset: number } {
  return { partition, offset }
}

interface Output {
  readonly record: LoggedRecord
  readonly input: LoggedRecord
  readonly answer: AnswerValue
  readonly stream: string
}

function outputProblem({ record, input, answer, stream }: Output): string | undefined {
  const { headers } = record
  const expected = [
    ['ce_specversion', '1.0'],
    ['ce_type', 'sluice.scored'],
    ['ce_source', `/sluice/${stream}`],
    ['ce_id', `${input.partition}:${input.offset}`],
    ['sluice_model', answer.model],
    ['sluice_score', String(answer.score)],
    ...input.headers,
  ] as const
  for (const [name, text] of expected) if (headers.get(name) !== text) return `header ${name} is ${headers.get(name)}, not ${text}`
  if (record.headerCount !== expected.length) return `it has ${record.headerCount} headers: ${[...headers.keys()].join(', ')}`
  return differentRecord(record, input)
}

function deadLetterProblem(record: LoggedRecord, input: LoggedRecord, stream: string): string | undefined {
  const { headers } = record
  const expected: Record<string, string> = {
    ce_specversion: '1.0',
    ce_type: 'sluice.rejected',
    ce_source: `/sluice/${stream}`,
    sluice_partition: String(input.partition),
    sluice_offset: String(input.offset),
    ...Object.fromEntries(input.headers),
  }
  for (const [name, text] of Object.entries(expected)) {
    if (headers.get(name) !== text) return `header ${name} is ${headers.get(name)}, not ${text}`
  }
  if (!/^record\.[a-z-]+(\.[a-z-]+)?$/.test(headers.get('sluice_error') ?? '')) return `its code is ${headers.get('sluice_error')}`
  if ((headers.get('sluice_reason') ?? '').length < 10) return `its reason is '${headers.get('sluice_reason')}'`
  return headers.has('sluice_value_bytes') || same(record.value, input.value)
    ? differentRecord(record, input)
    : 'its value is not the input'
}

function differentRecord(record: LoggedRecord, input: LoggedRecord): string | undefined {
  if (!same(record.key, input.key)) return `its key is ${String(record.key)}, not ${String(input.key)}`
  return record.timestamp === input.timestamp ? undefined : `its time is ${record.timestamp}, not ${input.timestamp}`
}

function same(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b)
}

/** What is wrong unless the markers say, at every offset, the version that answered there, and each names the one before it. */
export function markerProblems(outcomes: readonly Outcome[], markers: readonly Marker[]): string[] {
  const dataTypes = new Map(markers.map((marker) => [idOf(marker), marker.dataType]))
  const lanes = Map.groupBy(outcomes, ({ partition, model }) => laneOf(partition, dataTypes.get(model ?? '')))
  const marked = Map.groupBy(markers, ({ partition, dataType }) => laneOf(partition, dataType))
  const problems: string[] = []
  for (const [lane, answered] of lanes) problems.push(...laneProblems(answered, marked.get(lane) ?? []))
  for (const lane of marked.keys()) if (!lanes.has(lane)) problems.push(`markers of ${lane}, which has no answers`)
  return problems
}

function laneOf(partition: number, dataType: string | undefined): string {
  return `partition ${partition}, ${dataType ?? 'no model'}`
}

function idOf({ name, version }: Marker): string {
  return `${name}@${version}`
}

/** Goes through what was answered for one data type in one partition, and through its markers beside it. */
function laneProblems(answered: readonly Outcome[], markers: readonly Marker[]): string[] {
  const problems: string[] = []
  markers.forEach(({ fromOffset, previous }, i) => {
    const before = markers[i - 1]
    const named = before === undefined ? null : idOf(before)
    if (previous !== named) problems.push(`the marker at ${fromOffset} comes after ${previous}, not ${named}`)
    if (before !== undefined && Number(before.fromOffset) >= Number(fromOffset)) problems.push(`two markers at ${fromOffset}`)
  })
  let next = 0
  let serving: string | undefined
  for (const { partition, offset, model } of answered) {
    while (next < markers.length && Number(markers[next]!.fromOffset) <= offset) {
      const { fromOffset } = markers[next]!
      serving = idOf(markers[next++]!)
      if (Number(fromOffset) !== offset || model !== serving)
        problems.push(`${serving} did not answer ${partition}:${fromOffset}, its first`)
    }
    if (model !== serving) problems.push(`${partition}:${offset} was answered by ${model}; the marker says ${serving}`)
  }
  if (next < markers.length) problems.push(`a marker stands beyond the records, at ${markers[next]!.fromOffset}`)
  return problems
}
