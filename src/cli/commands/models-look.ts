import type { Command } from 'commander'
import { type ModelStatus, modelHistory, modelList } from '../../api/contract/index.ts'
import type { Attach, Context } from '../context.ts'
import { describe } from '../help.ts'
import { humanSize, humanTime, safeText } from '../human.ts'
import { urlPath } from '../node-client.ts'
import { tableLines } from '../table.ts'

const right = 'right' as const

/** The commands that only look: list and history. */
export function addLook(models: Command, attach: Attach): void {
  const list = models.command('list')
  describe(list, {
    asksNode: true,
    summary: 'List which model serves each data type.',
    examples: [
      { what: 'On the node of this machine', line: 'sluice models list' },
      { what: 'On another one', line: 'sluice models list --server http://localhost:5500' },
    ],
  })
  attach(list, listModels)

  const history = models.command('history').argument('<dataType>', 'the data type')
  describe(history, {
    asksNode: true,
    summary: 'List the versions for a data type, newest first, with what became of each.',
    paragraph: 'A version is published, loading, ready (it could serve), serving, refused (the reason is shown) or retired.',
    examples: [{ what: 'All versions for flights', line: 'sluice models history flight' }],
  })
  attach(history, async (context, [dataType]) => showHistory(context, dataType!))
}

async function listModels({ client, io, json, print, printJson, style }: Context): Promise<void> {
  const models = await client.get('/models', modelList)
  if (json) return printJson(models.json)
  if (models.value.length === 0) return print('No models yet. Publish one: sluice models publish --help')
  const columns = [
    { title: 'DATA TYPE' },
    { title: 'SERVING' },
    { title: 'FORMAT' },
    { title: 'SIZE', align: right },
    { title: 'SINCE' },
    { title: 'VERSIONS', align: right },
    { title: 'ROLLBACK TO' },
  ]
  const rows = models.value.map(({ dataType, serving, previous, versions }) => {
    const version = versions.find(({ id }) => id === serving)
    return [
      safeText(dataType),
      serving === null ? style.warn('none') : style.good(safeText(serving)),
      safeText(version?.format ?? '–'),
      version === undefined ? '–' : humanSize(version.bytes),
      humanTime(version?.servingSince, io.clock.now()),
      String(versions.length),
      safeText(previous ?? '–'),
    ]
  })
  for (const line of tableLines(columns, rows, style)) await print(line)
}

async function showHistory({ client, io, json, print, printJson, style }: Context, dataType: string): Promise<void> {
  const history = await client.get(urlPath(['models', dataType]), modelHistory)
  if (json) return printJson(history.json)
  const paint: Readonly<Record<ModelStatus, (text: string) => string>> = {
    serving: style.good,
    refused: style.bad,
    retired: style.dim,
    published: style.warn,
    loading: style.warn,
    ready: (text) => text,
  }
  const columns = [
    { title: 'VERSION' },
    { title: 'STATUS' },
    { title: 'FORMAT' },
    { title: 'SIZE', align: right },
    { title: 'PUBLISHED' },
    { title: 'SHA256' },
    { title: 'DESCRIPTION' },
  ]
  const now = io.clock.now()
  const rows = history.value.versions.map((version) => [
    safeText(version.id),
    paint[version.status](
      version.servingSince === null ? version.status : `${version.status} since ${humanTime(version.servingSince, now)}`,
    ),
    safeText(version.format),
    humanSize(version.bytes),
    humanTime(version.publishedAt, now),
    version.sha256.slice(0, 12),
    shorten(safeText(version.description)),
  ])
  const [title, ...lines] = tableLines(columns, rows, style)
  await print(title!)
  for (const [i, line] of lines.entries()) {
    await print(line)
    const { reason } = history.value.versions[i]!
    if (reason !== null) await print(`  ${style.bad(reason.code)}: ${safeText(reason.message)}`)
  }
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 60 ? `${line.slice(0, 59)}…` : line
}
