import type { Batch } from '../core/batch.ts'
import type { Disk } from './disk.ts'
import { ndjson } from './ndjson.ts'
import { parquet } from './parquet.ts'

/** What archive files can be made of. */
export const FORMATS = { ndjson, parquet }
export type FormatName = keyof typeof FORMATS

/** A file of records that is being made. Calls are made one at a time. */
export interface RecordFile {
  /** Takes the records of a batch at these positions; resolves with how many bytes the file has so far. */
  add(batch: Batch, taken: readonly number[]): Promise<number>
  /** Completes the file; resolves when it outlives a power cut. */
  end(): Promise<void>
  /** Lets go of the file, whatever state it is in. Never throws. */
  abandon(): Promise<void>
}

/** Makes files of records. */
export interface RecordFiles {
  /** Creates a file that is not there yet. */
  create(path: string, format: FormatName): Promise<RecordFile>
  /** Ends what belongs to it. Files that are not complete stay so. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Files of records that this thread encodes and writes. */
export function createRecordFiles(disk: Pick<Disk, 'create'>): RecordFiles {
  return {
    async create(path, format) {
      const file = await disk.create(path)
      const encoder = FORMATS[format].createEncoder()
      let length = 0
      const write = async (bytes: Uint8Array): Promise<void> => {
        if (bytes.length > 0) await file.write(bytes)
        length += bytes.length
      }
      return {
        async add(batch, taken) {
          await write(encoder.add(batch, taken))
          return length
        },
        async end() {
          await write(encoder.end())
          await file.sync()
          await file.close()
        },
        abandon: async () => file.close().catch(() => {}),
      }
    },
    async [Symbol.asyncDispose]() {},
  }
}
