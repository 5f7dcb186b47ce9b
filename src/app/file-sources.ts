import { readdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Input, openInput } from '../cli/input/open-input.ts'
import { formatOf, splitterFor } from '../cli/input/record-format.ts'
import type { RecordSplitter } from '../cli/input/record-splitter.ts'
import { SluiceError } from '../core/errors.ts'
import type { FeedSource } from '../services/feed.ts'

/** The files that a path means, in the order of their names; its last part may have `*` for any characters. Throws `cli.file.unreadable`. */
export async function filesOf(path: string): Promise<readonly string[]> {
  const [folder, name] = [dirname(path), basename(path)]
  if (!name.includes('*')) return [path]
  const parts = name.split(/\*+/).map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`))
  const pattern = new RegExp(`^${parts.join('.*')}$`, 's')
  try {
    // As `feed` compares them.
    return (await readdir(folder))
      .filter((each) => pattern.test(each))
      .map((each) => join(folder, each))
      .toSorted()
  } catch (cause) {
    throw new SluiceError('cli.file.unreadable', `the folder ${folder} can't be read: ${(cause as Error).message}`, { cause })
  }
}

/** The records of the files, one after the other. */
export async function* fileSources(path: string): AsyncGenerator<FeedSource> {
  for (const file of await filesOf(path)) yield sourceOf(await openInput(file, { cwd: '/', stdin: process.stdin }), file, file)
}

/** The records that another program writes: one JSON object a line. */
export async function* pipeSource(): AsyncGenerator<FeedSource> {
  yield sourceOf(await openInput('-', { cwd: '/', stdin: process.stdin }), '-', undefined)
}

function sourceOf(input: Input, file: string, name: string | undefined): FeedSource {
  return { name, records: recordsOf(input, splitterFor(formatOf({}, file), {}, file)) }
}

async function* recordsOf({ chunks, name }: Input, splitter: RecordSplitter): AsyncGenerator<readonly Uint8Array[]> {
  try {
    for await (const chunk of chunks) yield splitter.push(chunk)
    yield splitter.end()
  } catch (cause) {
    if (!(cause instanceof SluiceError) || cause.code !== 'cli.file.malformed') throw cause
    throw new SluiceError(cause.code, `${name}: ${cause.message}`, { cause })
  }
}
