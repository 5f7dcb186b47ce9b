import type { Command } from 'commander'
import { type ScoredRecord, scoredRecord } from '../../api/contract/index.ts'
import type { Attach } from '../context.ts'
import { describe } from '../help.ts'
import { humanDuration, humanNumber } from '../human.ts'
import type { Style } from '../style.ts'
import { type Cell, createColumns, showTail, type TailOptions, withTailOptions } from '../tail.ts'

export function addScores(program: Command, attach: Attach): void {
  const scores = program.command('scores')
  describe(scores, {
    asksNode: true,
    summary: 'Look at the answers of a stream.',
    examples: [{ what: 'The last answers', line: 'sluice scores tail --stream flights' }],
  })
  const tail = withTailOptions(scores.command('tail'), 'answer')
  describe(tail, {
    asksNode: true,
    summary: 'Show the last answers of a stream, or follow it.',
    paragraph:
      'A line per record: when, data type, model, score and other outputs, and where the record is on its topic, with its key. ' +
      'How long answers take is shown by `sluice state`; records without an answer by `sluice records rejected`.',
    examples: [
      { what: 'The last 20', line: 'sluice scores tail --stream flights' },
      { what: 'As they are given, until Ctrl-C', line: 'sluice scores tail --stream flights --follow' },
      { what: 'A thousand as JSON, one per line', line: 'sluice scores tail --stream flights --limit 1000 --json > scores.ndjson' },
    ],
  })
  attach(tail, async (context) => {
    const columns = createColumns()
    const show = (scored: ScoredRecord) => [columns(cellsOf(scored, context.style))]
    await showTail(context, tail.opts<TailOptions>(), { collection: 'scores', thing: 'an answer', schema: scoredRecord, show })
  })
}

function cellsOf(scored: ScoredRecord, style: Style): Cell[] {
  const score = scored.score === null ? '–' : valueText(scored.score)
  const others = Object.entries(scored.outputs)
    .filter(([, value]) => value !== null && value !== scored.score)
    .slice(0, 3)
    .map(([name, value]) => `${name}=${valueText(value!)}`)
  return [
    [new Date(scored.at).toISOString().slice(11, 23), style.dim],
    [scored.dataType, (text) => text],
    [scored.model, style.accent],
    [score, style.strong],
    [others.join(' '), (text) => text],
    [scored.latencyMs === null ? '' : humanDuration(scored.latencyMs), style.dim],
    [`${scored.topic}[${scored.partition}]@${scored.offset}${scored.key === null ? '' : ` ${scored.key}`}`, style.dim],
  ]
}

function valueText(value: number | string): string {
  return typeof value === 'number' ? humanNumber(value) : value
}
