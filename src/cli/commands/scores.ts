import type { Command } from 'commander'
import { type ScoredRecord, scoredRecord } from '../../api/contract/index.ts'
import { SluiceError } from '../../core/errors.ts'
import { type Attach, chooseStream } from '../context.ts'
import { describe } from '../help.ts'
import { humanDuration, humanNumber, safeText } from '../human.ts'
import { createNdjsonSplitter } from '../input/ndjson.ts'
import { urlPath } from '../node-client.ts'
import { wholeNumber } from '../parse-values.ts'
import type { Style } from '../style.ts'

interface Options {
  readonly stream?: string
  readonly follow?: boolean
  readonly fromBeginning?: boolean
  readonly limit?: number
}

export function addScores(program: Command, attach: Attach): void {
  const scores = program.command('scores')
  describe(scores, {
    asksNode: true,
    summary: 'Look at the answers of a stream.',
    examples: [{ what: 'The last answers', line: 'sluice scores tail --stream flights' }],
  })
  const tail = scores
    .command('tail')
    .option('-s, --stream <name>', 'the stream; not needed where the node has only one')
    .option('-f, --follow', 'wait for more, until Ctrl-C')
    .option('--from-beginning', 'with --follow: start at the first answer that the log has')
    .option('-n, --limit <n>', 'end after so many (default: 20, or no end with --follow)', wholeNumber(1))
  describe(tail, {
    asksNode: true,
    summary: 'Show the last answers of a stream, or follow it.',
    paragraph: 'A line per record: when, data type, model, score and other outputs, latency, and where the record is on its topic.',
    examples: [
      { what: 'The last 20', line: 'sluice scores tail --stream flights' },
      { what: 'As they are given, until Ctrl-C', line: 'sluice scores tail --stream flights --follow' },
      { what: 'A thousand as JSON, one per line', line: 'sluice scores tail --stream flights --limit 1000 --json > scores.ndjson' },
    ],
  })
  attach(tail, async ({ client, json, print, style }) => {
    const { stream, follow, fromBeginning, limit } = tail.opts<Options>()
    const name = await chooseStream(client, stream)
    const from = fromBeginning === true ? 'beginning' : undefined
    const path = urlPath(['scores', name], { follow: follow === true ? true : undefined, from, limit })
    const splitter = createNdjsonSplitter()
    const decoder = new TextDecoder()
    const widths: number[] = []
    const show = async (lines: readonly Uint8Array[]) => {
      for (const line of lines) {
        const text = decoder.decode(line)
        await print(json ? text : scoreLine(parseScore(text), widths, style))
      }
    }
    for await (const bytes of client.stream(path)) await show(splitter.push(bytes))
    await show(splitter.end())
  })
}

function parseScore(text: string): ScoredRecord {
  try {
    return scoredRecord.parse(JSON.parse(text))
  } catch (cause) {
    throw new SluiceError('internal', `the node sent an answer that this command line does not know: ${text.slice(0, 200)}`, { cause })
  }
}

/** Columns are as wide as the widest so far, since the end is not known. */
function scoreLine(scored: ScoredRecord, widths: number[], style: Style): string {
  const score = scored.score === null ? '–' : valueText(scored.score)
  const others = Object.entries(scored.outputs)
    .filter(([, value]) => value !== null && value !== scored.score)
    .slice(0, 3)
    .map(([name, value]) => `${name}=${valueText(value!)}`)
  const cells: [text: string, paint: (text: string) => string][] = [
    [new Date(scored.at).toISOString().slice(11, 23), style.dim],
    [scored.dataType, (text) => text],
    [scored.model, style.accent],
    [score, style.strong],
    [others.join(' '), (text) => text],
    [scored.latencyMs === null ? '' : humanDuration(scored.latencyMs), style.dim],
    [`${scored.topic}[${scored.partition}]@${scored.offset}${scored.key === null ? '' : ` ${scored.key}`}`, style.dim],
  ]
  return cells
    .map(([text, paint], i) => {
      const safe = safeText(text).replaceAll(/[\n\t]/g, ' ')
      widths[i] = Math.min(60, Math.max(widths[i] ?? 0, safe.length))
      return paint(safe) + ' '.repeat(Math.max(0, widths[i] - safe.length))
    })
    .filter((cell) => cell !== '')
    .join('  ')
    .trimEnd()
}

function valueText(value: number | string): string {
  return typeof value === 'number' ? humanNumber(value) : value
}
