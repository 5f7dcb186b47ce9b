import type { Command } from 'commander'
import { z } from 'zod'
import { type DataTypeState, dataTypeState } from '../../api/contract/index.ts'
import type { Attach, Context } from '../context.ts'
import { describe } from '../help.ts'
import { humanCount, humanDuration, humanTime, safeText } from '../human.ts'
import { urlPath } from '../node-client.ts'
import { tableLines } from '../table.ts'

const processors = z.array(z.string())

export function addState(program: Command, attach: Attach): void {
  const command = program.command('state').argument('[dataType]', 'a data type; all of them where absent')
  describe(command, {
    asksNode: true,
    summary: 'What the models did: records scored and rejected, durations, latency.',
    paragraph: 'The figures equal the answers on the log and survive restarts.',
    examples: [
      { what: 'One line per data type', line: 'sluice state' },
      { what: 'Every model version of one', line: 'sluice state flight' },
      { what: 'For a program', line: 'sluice state flight --json' },
    ],
  })
  attach(command, async (context, [dataType]) => {
    if (dataType === undefined) return overview(context)
    const { value, json } = await context.client.get(urlPath(['state', dataType]), dataTypeState)
    if (context.json) return context.printJson(json)
    for (const line of details(context, value)) await context.print(line)
  })
}

async function overview(context: Context): Promise<void> {
  const { value: dataTypes } = await context.client.get('/processors', processors)
  const states = []
  for (const dataType of dataTypes) states.push(await context.client.get(urlPath(['state', dataType]), dataTypeState))
  if (context.json) return context.printJson(states.map(({ json }) => json))
  if (states.length === 0) return context.print('No data type has a model yet. Publish one: sluice models publish --help')
  const right = 'right' as const
  const columns = [
    { title: 'DATA TYPE' },
    { title: 'SERVING' },
    { title: 'SCORED', align: right },
    { title: 'REJECTED', align: right },
    { title: 'SINCE' },
  ]
  const rows = states.map(({ value }) => [
    safeText(value.dataType),
    safeText(value.serving ?? '–'),
    humanCount(value.totals.scored),
    humanCount(value.totals.rejected),
    humanTime(value.since, context.io.clock.now()),
  ])
  for (const line of tableLines(columns, rows, context.style)) await context.print(line)
}

function details({ io, style }: Context, state: DataTypeState): string[] {
  const { totals } = state
  const serving = state.serving === null ? style.warn('no model serves it') : `served by ${style.good(safeText(state.serving))}`
  const reasons = Object.entries(totals.rejections)
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${' '.repeat(11)}${humanCount(count)} × ${safeText(code)}`)
  const right = 'right' as const
  const numbers = ['SCORED', 'REJECTED', 'PER RECORD', 'MIN', 'MAX', 'LATENCY P50', 'P99'].map((title) => ({ title, align: right }))
  const rows = state.versions.map((version) => [
    safeText(version.id),
    safeText(version.format),
    humanTime(version.since, io.clock.now()),
    humanCount(version.usage),
    humanCount(version.rejected),
    humanDuration(version.usage === 0 ? null : version.duration / version.usage),
    humanDuration(version.min),
    humanDuration(version.max),
    humanDuration(version.latency.p50),
    humanDuration(version.latency.p99),
  ])
  const table = tableLines([{ title: 'VERSION' }, { title: 'FORMAT' }, { title: 'FIRST SERVED' }, ...numbers], rows, style)
  return [
    `${style.strong(safeText(state.dataType))}, ${serving}`,
    `  ${style.dim('scored  ')} ${humanCount(totals.scored)}`,
    `  ${style.dim('rejected')} ${humanCount(totals.rejected)}`,
    ...reasons,
    '',
    ...(rows.length === 0 ? [] : table),
  ]
}
