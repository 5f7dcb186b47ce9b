import type { Context } from '../context.ts'
import { humanCount, safeText } from '../human.ts'
import type { RejectedInput } from '../score-run.ts'
import { openOutput } from './open-output.ts'

export interface RejectedReport {
  add(records: readonly RejectedInput[]): Promise<void>
  end(): Promise<void>
}

/** So many are shown one by one on the error stream. */
const SHOWN = 20

const decoder = new TextDecoder('utf-8', { fatal: true })
const encoder = new TextEncoder()

/** Tells of records that were rejected: all of them in a file where one is given, else the first ones on the error stream, and how many there were. */
export async function createRejectedReport(file: string | undefined, context: Context): Promise<RejectedReport> {
  if (file !== undefined) {
    const output = await openOutput(file, context.io)
    return {
      add: (records) => output.write(encoder.encode(records.map((record) => `${JSON.stringify(jsonOf(record))}\n`).join(''))),
      end: () => output.end(),
    }
  }
  const { io, json, style } = context
  let count = 0
  return {
    async add(records) {
      for (const { place, code, message } of records) {
        if (json) io.stderr.write(`${JSON.stringify({ line: place, code, message })}\n`)
        else if (count < SHOWN) io.stderr.write(`${style.bad('rejected')} line ${place}: ${style.strong(code)}: ${safeText(message)}\n`)
        count++
      }
    },
    async end() {
      if (!json && count > SHOWN)
        io.stderr.write(style.dim(`… and ${humanCount(count - SHOWN)} more; --rejected <file> keeps all of them\n`))
    },
  }
}

function jsonOf({ place, code, message, value }: RejectedInput): object {
  return { line: place, code, message, record: textOf(value) }
}

function textOf(value: Uint8Array): string {
  try {
    return decoder.decode(value)
  } catch {
    return Buffer.from(value).toString('base64')
  }
}
