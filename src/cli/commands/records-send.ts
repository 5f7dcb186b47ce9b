import { recordsResult } from '../../api/contract/index.ts'
import { SluiceError } from '../../core/errors.ts'
import { chooseStream, type Context } from '../context.ts'
import { humanCount, humanCounted, humanDuration, humanSize } from '../human.ts'
import { openInput } from '../input/open-input.ts'
import { readRecords, type RecordGroup } from '../input/read-records.ts'
import { type FormatOptions, formatOf, splitterFor } from '../input/record-format.ts'
import { urlPath } from '../node-client.ts'
import { createProgress, type Progress } from '../progress.ts'

export interface SendOptions extends FormatOptions {
  readonly stream?: string
  readonly keyField?: string
  readonly rate?: number
  readonly repeat?: number | true
}

const GROUP = { maxRecords: 5000, maxBytes: 1024 * 1024 }

/** Sends all records of a file, in order, and says how many; what was sent before a failure is in its message. */
export async function sendRecords(context: Context, options: SendOptions, file: string): Promise<void> {
  const { io, json, client } = context
  const format = formatOf(options, file)
  if (file === '-' && options.repeat !== undefined) throw usage('--repeat needs a file: the standard input can be read only once')
  const stream = await chooseStream(client, options.stream)
  const path = urlPath(['records', stream], { keyField: options.keyField })
  const limits =
    options.rate === undefined ? GROUP : { ...GROUP, maxRecords: Math.max(1, Math.min(GROUP.maxRecords, Math.ceil(options.rate / 10))) }
  const rounds = options.repeat === undefined ? 1 : options.repeat === true ? Number.POSITIVE_INFINITY : options.repeat

  const started = io.clock.monotonic()
  const sent = { records: 0, bytes: 0, topic: '', offsets: {} as Record<string, string> }
  const post = async (group: RecordGroup) => {
    const { value } = await client.post(path, recordsResult, { type: group.type, bytes: group.bytes })
    sent.records += value.appended
    sent.bytes += group.bytes.length
    sent.topic = value.topic
    sent.offsets = { ...value.offsets, ...sent.offsets }
    if (options.rate === undefined) return
    const due = started + (sent.records / options.rate) * 1000
    const wait = due - io.clock.monotonic()
    if (wait > 0) await io.sleep(wait)
  }
  let progress: Progress | undefined
  let position = 0
  try {
    for (let round = 0; round < rounds; round++) {
      const before = sent.records
      const input = await openInput(file, io)
      progress ??= createProgress(io, 'records', totalOf(input.size, rounds), json)
      for await (const group of readRecords(input, splitterFor(format, options, file), limits)) {
        await post(group)
        progress.update(position + group.position, sent.records)
      }
      position += input.position
      if (sent.records === before) break
    }
  } catch (error) {
    throw error instanceof SluiceError && tellsSent(error, sent.records) ? withSent(error, sent.records) : error
  } finally {
    progress?.end()
  }
  await report(context, { ...sent, stream, ms: io.clock.monotonic() - started })
}

function totalOf(size: number | undefined, rounds: number): number | undefined {
  return size === undefined || !Number.isFinite(rounds) ? undefined : size * rounds
}

interface Sent {
  readonly stream: string
  readonly topic: string
  readonly records: number
  readonly bytes: number
  readonly offsets: Readonly<Record<string, string>>
  readonly ms: number
}

async function report({ json, print, printJson, style }: Context, { stream, topic, records, bytes, offsets, ms }: Sent): Promise<void> {
  if (json) return printJson({ stream, topic, records, bytes, ms: Math.round(ms), offsets })
  if (records === 0) return print(`${style.warn('!')} the file holds no records`)
  const rate = ms > 0 ? `, ${humanCount(records / (ms / 1000))}/s` : ''
  await print(`${style.good('✓')} ${humanCounted(records, 'record')} (${humanSize(bytes)}) to ${topic} in ${humanDuration(ms)}${rate}`)
}

/** Where a file is broken in the middle, a person can't know whether anything before that was sent. */
function tellsSent({ code }: SluiceError, records: number): boolean {
  return records > 0 || code === 'cli.file.malformed'
}

function withSent(error: SluiceError, records: number): SluiceError {
  const before = records === 0 ? '' : ' before'
  const message = `${error.message} (${humanCounted(records, 'record')}${before} ${records === 1 ? 'was' : 'were'} sent)`
  return new SluiceError(error.code, message, { cause: error, details: { ...error.details, sent: records } })
}

function usage(message: string): SluiceError {
  return new SluiceError('cli.usage', message)
}
