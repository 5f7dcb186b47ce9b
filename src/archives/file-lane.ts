import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Batch } from '../core/batch.ts'
import { asSluiceError, SluiceError } from '../core/errors.ts'
import type { Disk } from './disk.ts'
import { fileName, type FileNaming, firstOffsetIn, isPart, partName } from './file-name.ts'
import type { Destination, Lane, LaneContext } from './lane.ts'
import { FORMATS, type FormatName, type RecordFile, type RecordFiles } from './record-file.ts'
import type { Sample } from './sample.ts'

export interface FileDestinationOptions {
  readonly archive: string
  readonly directory: string
  readonly format: FormatName
  readonly sample: Sample
  /** A file is complete when it has this many bytes, or is this old. */
  readonly rotate: { readonly bytes: number; readonly afterMs: number }
  readonly disk: Disk
  readonly files: RecordFiles
  readonly topicId: () => Promise<string | undefined>
}

/**
 * Files in a folder, each of consecutive records of one partition. A file is written under another name, and has its own when it is
 * complete and durable; only then is its end committed. So a crash at any moment leaves records that will be read again from where the last
 * complete file ends, or begins: then the same file is made again and takes its place. None is lost, and none is there twice.
 */
export function createFileDestination(options: FileDestinationOptions): Destination {
  return {
    isTransactional: false,
    async openLane(context): Promise<Lane> {
      const { archive, format, topicId } = options
      const { topic, partition } = context.assignment
      const naming: FileNaming = { archive, topic, partition, topicId: await topicId(), extension: FORMATS[format].extension }
      const lane = new FileLane(options, context, naming)
      await lane.prepare()
      return lane
    },
    close: async () => options.files[Symbol.asyncDispose](),
  }
}

interface OpenFile {
  readonly path: string
  readonly file: RecordFile
  bytes: number
}

class FileLane implements Lane {
  readonly #options: FileDestinationOptions
  readonly #context: LaneContext
  readonly #naming: FileNaming
  /** Up to here all is committed; the name of the file that is open. */
  #first: bigint
  /** Up to here all is taken. */
  #next: bigint
  #open: OpenFile | undefined
  /** Whether there is a complete file from `#first` whose end was not committed. */
  #isAgain = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: FileDestinationOptions, context: LaneContext, naming: FileNaming) {
    this.#options = options
    this.#context = context
    this.#naming = naming
    this.#first = context.assignment.from
    this.#next = this.#first
  }

  /** Removes what a process that ended has left: whoever had it can't complete it any more. */
  async prepare(): Promise<void> {
    const { directory, disk } = this.#options
    await this.#onDisk('read', async () => disk.makeDirectory(directory))
    const names = await this.#onDisk('read', async () => disk.list(directory))
    for (const name of names) {
      if (isPart(name, this.#naming)) await this.#onDisk('write', async () => disk.remove(join(directory, name)))
      const first = firstOffsetIn(name, this.#naming)
      if (first === this.#first) this.#isAgain = true
      if (first !== undefined && first > this.#first) throw this.#conflict(name)
    }
  }

  async take(batch: Batch): Promise<void> {
    const taken = this.#options.sample(batch)
    if (taken.length > 0) {
      this.#open ??= await this.#create()
      const open = this.#open
      open.bytes = await this.#onDisk('write', async () => open.file.add(batch, taken))
    }
    this.#next = batch.nextOffset
    this.#startTimer()
    if (this.#open !== undefined && this.#open.bytes >= this.#options.rotate.bytes) await this.settle()
  }

  async skip(to: bigint): Promise<void> {
    await this.settle()
    this.#next = to
    await this.#commit()
  }

  async settle(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#next === this.#first) return
    if (this.#open !== undefined) await this.#publish(this.#open)
    // Else the file from here on, complete already, would keep records that a file after it has too.
    else if (this.#isAgain) return
    await this.#commit()
  }

  async discard(): Promise<void> {
    clearTimeout(this.#timer)
    const open = this.#open
    this.#open = undefined
    this.#next = this.#first
    if (open === undefined) return
    await open.file.abandon()
    await this.#options.disk.remove(open.path).catch(() => {})
  }

  async #create(): Promise<OpenFile> {
    const { directory, files, format } = this.#options
    const path = join(directory, partName(this.#naming, this.#first, `${process.pid}-${randomBytes(4).toString('hex')}`))
    const file = await this.#onDisk('write', async () => files.create(path, format))
    return { path, file, bytes: 0 }
  }

  async #publish(open: OpenFile): Promise<void> {
    const { directory, disk } = this.#options
    await this.#onDisk('write', async () => open.file.end())
    // Who lost the partition without knowing finds it out here, before its file takes the place of the new owner's.
    await this.#context.group.commit({ appends: [], offsets: [this.#continueFrom(this.#first)] })
    await this.#onDisk('write', async () => {
      await disk.rename(open.path, join(directory, fileName(this.#naming, this.#first)))
      await disk.syncDirectory(directory)
    })
    this.#open = undefined
    this.#isAgain = true
  }

  async #commit(): Promise<void> {
    await this.#context.group.commit({ appends: [], offsets: [this.#continueFrom(this.#next)] })
    this.#first = this.#next
    this.#isAgain = false
  }

  #continueFrom(next: bigint) {
    const { topic, partition } = this.#naming
    return { topic, partition, next }
  }

  #startTimer(): void {
    this.#timer ??= setTimeout(() => this.#context.due(), this.#options.rotate.afterMs)
    this.#timer.unref()
  }

  async #onDisk<T>(what: 'read' | 'write', work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (cause) {
      const { archive, directory } = this.#options
      throw asSluiceError(
        cause,
        'archive.unavailable',
        `the folder '${directory}' of archive '${archive}' can't be ${what === 'read' ? 'read' : 'written'}`,
      )
    }
  }

  #conflict(name: string): SluiceError {
    const { archive, directory } = this.#options
    const { topic, partition } = this.#naming
    return new SluiceError(
      'archive.conflict',
      `archive '${archive}' is to go on from offset ${this.#first} of '${topic}' partition ${partition}, but '${directory}' has ${name} already: ` +
        'the log, or the group, was begun anew; give the archive another folder, or move these files away',
      { details: { topic, partition, offset: String(this.#first), file: name } },
    )
  }
}
