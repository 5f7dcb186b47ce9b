import type { Command } from 'commander'
import type { z } from 'zod'
import { SluiceError } from '../core/errors.ts'
import { chooseStream, type Context } from './context.ts'
import { safeText } from './human.ts'
import { createNdjsonSplitter } from './input/ndjson.ts'
import { urlPath } from './node-client.ts'
import { wholeNumber } from './parse-values.ts'

export interface TailOptions {
  readonly stream?: string
  readonly follow?: boolean
  readonly fromBeginning?: boolean
  readonly limit?: number
}

/** What is shown of a stream: where the node has it, what one of it is called in messages, and how it looks to people. */
export interface Tail<T> {
  readonly collection: string
  readonly thing: string
  readonly schema: z.ZodType<T>
  readonly show: (item: T) => readonly string[]
}

/** Adds the options of a command that shows the last of something, or follows it. `one` says what: `answer`. */
export function withTailOptions(command: Command, one: string): Command {
  return command
    .option('-s, --stream <name>', 'the stream; not needed where the node has only one')
    .option('-f, --follow', 'wait for more, until Ctrl-C')
    .option('--from-beginning', `with --follow: start at the first ${one} that the log has`)
    .option('-n, --limit <n>', 'end after so many (default: 20, or no end with --follow)', wholeNumber(1))
}

/** Shows what a node sends, as it comes: as it stands for programs, as `show` makes it for people. Answers how many there were. */
export async function showTail<T>({ client, json, print }: Context, options: TailOptions, tail: Tail<T>): Promise<number> {
  const { stream, follow, fromBeginning, limit } = options
  const name = await chooseStream(client, stream)
  const from = fromBeginning === true ? 'beginning' : undefined
  const path = urlPath([tail.collection, name], { follow: follow === true ? true : undefined, from, limit })
  const splitter = createNdjsonSplitter()
  const decoder = new TextDecoder()
  let count = 0
  const show = async (lines: readonly Uint8Array[]) => {
    for (const line of lines) {
      const text = decoder.decode(line)
      for (const shown of json ? [text] : tail.show(parse(text, tail))) await print(shown)
      count++
    }
  }
  for await (const bytes of client.stream(path)) await show(splitter.push(bytes))
  await show(splitter.end())
  return count
}

function parse<T>(text: string, { schema, thing }: Tail<T>): T {
  try {
    return schema.parse(JSON.parse(text))
  } catch (cause) {
    throw new SluiceError('internal', `the node sent ${thing} that this command line does not know: ${text.slice(0, 200)}`, { cause })
  }
}

export type Cell = readonly [text: string, paint: (text: string) => string]

/** Makes lines of cells, safe for a terminal; columns are as wide as the widest so far, since the end is not known. */
export function createColumns(): (cells: readonly Cell[]) => string {
  const widths: number[] = []
  return (cells) =>
    cells
      .map(([text, paint], i) => {
        const safe = oneLine(text)
        const width = Math.min(60, Math.max(widths[i] ?? 0, safe.length))
        widths[i] = width
        return paint(safe) + ' '.repeat(Math.max(0, width - safe.length))
      })
      .filter((cell) => cell !== '')
      .join('  ')
      .trimEnd()
}

/** Text from elsewhere, safe to show, on one line. */
export function oneLine(text: string): string {
  return safeText(text).replaceAll(/[\n\t]/g, ' ')
}
