import { mkdir, open, readFile, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { SluiceError } from '../core/errors.ts'

/** Where lines go. */
export interface LineSink {
  /** The offset behind the last record of a partition whose line is there for sure; undefined where that is not known. */
  reached(partition: number): Promise<bigint | undefined>
  /** Writes lines; resolves when they are there for sure, and the offset behind them with them. */
  write(lines: Uint8Array, place: { readonly partition: number; readonly next: bigint }): Promise<void>
}

interface Reached {
  readonly topic: string
  /** How long the file is with the lines that are there for sure. */
  readonly length: number
  readonly next: Readonly<Record<string, string>>
}

/**
 * A file of lines that goes on where it was. Beside it stands `<path>.offsets`, which says how long it is and up to which offsets its lines
 * reach; what a crash left behind that is cut off, and written again. Throws `archive.conflict` for a file that has no such thing, or one of
 * another topic, and leaves it as it is.
 */
export function createLineFile({ path, topic }: { readonly path: string; readonly topic: string }): LineSink {
  const marks = `${path}.offsets`
  let turn: Promise<unknown> = Promise.resolve()
  let reached: Reached | undefined

  async function load(): Promise<Reached> {
    if (reached !== undefined) return reached
    await mkdir(dirname(path), { recursive: true })
    const text = await readFile(marks, 'utf8').catch((error: NodeJS.ErrnoException) =>
      error.code === 'ENOENT' ? undefined : Promise.reject(error),
    )
    const length = await stat(path).then(
      ({ size }) => size,
      () => 0,
    )
    const found = text === undefined ? undefined : parseMarks(text)
    if (text === undefined && length > 0) throw conflict(path, `it exists, and ${marks} does not`)
    if (text !== undefined && found === undefined) throw conflict(path, `${marks} says nothing of it that makes sense`)
    if (found !== undefined && found.topic !== topic) throw conflict(path, `it has records of topic '${found.topic}', not '${topic}'`)
    if (found !== undefined && found.length > length) throw conflict(path, `it has ${length} bytes, and had ${found.length}`)
    await using file = await open(path, 'a')
    if (found !== undefined && found.length < length) await file.truncate(found.length)
    const begun = found ?? { topic, length: 0, next: {} }
    // Before the first line: else a crash behind that would leave a file that looks like that of another.
    if (found === undefined) await replace(marks, JSON.stringify(begun))
    reached = begun
    return begun
  }

  async function append(lines: Uint8Array, { partition, next }: { readonly partition: number; readonly next: bigint }): Promise<void> {
    const before = await load()
    // Read again where this fails: what it left of the lines is then cut off.
    reached = undefined
    if (lines.length > 0) {
      await using file = await open(path, 'a')
      await file.writeFile(lines)
      await file.sync()
    }
    const now = { topic, length: before.length + lines.length, next: { ...before.next, [partition]: String(next) } }
    await replace(marks, JSON.stringify(now))
    reached = now
  }

  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const mine = turn.then(work)
    turn = mine.catch(() => {})
    return mine
  }
  return {
    reached: async (partition) =>
      inTurn(async () => {
        const next = (await load()).next[partition]
        return next === undefined ? undefined : BigInt(next)
      }),
    write: async (lines, place) => inTurn(async () => append(lines, place)),
  }
}

/** Writes a small file whole or not at all. */
async function replace(path: string, text: string): Promise<void> {
  const part = `${path}.part`
  {
    await using file = await open(part, 'w')
    await file.writeFile(text)
    await file.sync()
  }
  await rename(part, path)
}

function parseMarks(text: string): Reached | undefined {
  try {
    const { topic, length, next } = JSON.parse(text) as Partial<Reached>
    if (typeof topic !== 'string' || !Number.isSafeInteger(length) || typeof next !== 'object') return undefined
    return Object.values(next).every((offset) => /^\d{1,19}$/.test(offset)) ? { topic, length: length!, next } : undefined
  } catch {
    return undefined
  }
}

function conflict(path: string, why: string): SluiceError {
  return new SluiceError('archive.conflict', `'${path}' is not written: ${why}; move it away, or give another path`)
}
