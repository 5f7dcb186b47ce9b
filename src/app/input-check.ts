import { pathSteps, valueAt } from '../codecs/path.ts'
import { valueOf } from '../core/batch.ts'
import type { BoundField } from '../core/codec.ts'
import type { Log } from '../core/log.ts'
import { Outcomes } from '../core/outcomes.ts'
import { similarName } from '../core/similar-name.ts'
import type { ModelEntry } from '../registry/history.ts'
import type { StreamContext } from '../services/stream-context.ts'

/** How many records of a partition are looked at. */
const RECORDS = 50

/**
 * Looks whether recent records have what a model needs that has just begun to serve. Only where records follow no schema: with one, a
 * model that can't be fed is refused. Here it can't be, since the next records may have the field; so it is a warning.
 */
export async function checkInputs(log: Log, streams: readonly StreamContext[], entry: ModelEntry): Promise<string | undefined> {
  const { dataType } = entry.descriptor
  for (const stream of streams) {
    const served = stream.operator.serving(dataType)
    if (stream.codec.schema !== undefined || served?.loaded.id !== entry.id) continue
    const records = await recentRecords(log, stream, dataType)
    if (records.length === 0) continue
    const absent = served.bound.filter((bound) => bound.field.required && !records.some((record) => has(record, bound)))
    if (absent.length === 0) continue
    const names = absent.map(({ field, path }) => (path === field.name ? `'${field.name}'` : `'${path}' for its input '${field.name}'`))
    return `none of the last ${records.length} records of stream '${stream.name}' has ${names.join(', ')}, which ${entry.id} needs`
  }
  return undefined
}

function has(record: unknown, { path, guessed }: BoundField): boolean {
  if (path === undefined || typeof record !== 'object' || record === null) return false
  if (guessed === true) return Object.keys(record).some((name) => name === path || similarName(name) === similarName(path))
  return valueAt(record, pathSteps(path)) !== undefined
}

async function recentRecords(log: Log, { input, codec, operator }: StreamContext, dataType: string): Promise<unknown[]> {
  const { reader, dictionary } = operator.options.dataTypes
  const records: unknown[] = []
  for (let partition = 0; partition < (await log.partitions(input)); partition++) {
    const { first, next } = await log.offsets({ topic: input, partition })
    const back = next - BigInt(RECORDS)
    for await (const batch of log.read({ topic: input, partition, from: back > first ? back : first, follow: false, underWay: 'leave' })) {
      await codec.prepare?.(batch, false)?.catch(() => {})
      const types = new Int32Array(batch.count).fill(-1)
      const outcomes = new Outcomes()
      outcomes.reset(batch.count)
      for (let i = 0; i < batch.count; i++) if (valueOf(batch, i) === undefined) outcomes.rejected[i] = 1
      reader.read(batch, types, outcomes)
      for (let i = 0; i < batch.count && records.length < RECORDS; i++) {
        if (outcomes.rejected[i] === 1 || types[i]! < 0 || dictionary.text(types[i]!) !== dataType) continue
        records.push(decoded(() => codec.decode(valueOf(batch, i)!)))
      }
      batch.release()
    }
  }
  return records.filter((record) => record !== undefined)
}

/** undefined for a record that can't be read. */
function decoded(decode: () => unknown): unknown {
  try {
    return decode()
  } catch {
    return undefined
  }
}
