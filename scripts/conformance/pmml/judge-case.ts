import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Runtime } from '../../../src/core/model.ts'
import { descriptorOf } from '../../../test/contracts/runtime.ts'
import { jsonLines, type PmmlCase } from './case-index.ts'
import { readCsv, type Table } from './csv.ts'
import { isSame } from './equivalence.ts'
import { type Answers, recordsOf, scoreRecords } from './score-table.ts'
import { isFile } from '../unpack.ts'

/** What came of one case: `problem` where it failed. */
export interface Verdict {
  readonly compared: number
  readonly problem?: string
}

/** Loads the case's document, scores its records and compares each cell of the expected table. Never throws. */
export async function judgeCase(runtime: Runtime, folder: string, one: PmmlCase): Promise<Verdict> {
  try {
    return await judge(runtime, join(folder, one.repo), one)
  } catch (error) {
    return { compared: 0, problem: error instanceof Error ? error.message : String(error) }
  }
}

async function judge(runtime: Runtime, folder: string, one: PmmlCase): Promise<Verdict> {
  const bytes = new Uint8Array(await readFile(join(folder, one.pmml)))
  const expected = readCsv(await readFile(join(folder, one.expected), 'utf8'), one.separator)
  using model = await runtime.load(descriptorOf('pmml', bytes), bytes)
  const input = readCsv(await readFile(join(folder, one.input), 'utf8'), one.separator)
  const written = one.inputRows ? join(folder, one.inputRows) : undefined
  const grouping = groupFieldOf(bytes, one, expected.rows.length)
  const records =
    written !== undefined && (await isFile(written))
      ? (jsonLines(await readFile(written, 'utf8')) as readonly Record<string, unknown>[])
      : recordsOf(model, input, grouping)
  if (records.length !== expected.rows.length)
    return { compared: 0, problem: `${records.length} records for ${expected.rows.length} expected` }
  const answers = await scoreRecords(model, records)
  return compare({ ...answers, names: declaredNames(answers.names, bytes) }, expected, one)
}

/** The names of the outputs; none for a probability that we give and the document does not ask for. */
function declaredNames(names: readonly string[], bytes: Uint8Array): readonly string[] {
  const declared = new Set<string>()
  for (const [, name] of new TextDecoder().decode(bytes).matchAll(/<(?:\w+:)?OutputField\s[^>]*?\bname="([^"]*)"/g))
    declared.add(unescaped(name!))
  return names.map((name) => (name.startsWith('probability(') && !declared.has(name) ? '' : name))
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&apos;', "'").replaceAll('&amp;', '&')
}

/** The field that says which rows of the table are one record, where several are. */
function groupFieldOf(bytes: Uint8Array, one: PmmlCase, expectedRows: number): string | undefined {
  if (one.groupRows !== true && one.rows === expectedRows) return undefined
  const field = /<MiningField\s[^>]*usageType="group"[^>]*>/.exec(new TextDecoder().decode(bytes))?.[0]
  return field === undefined ? undefined : /\sname="([^"]*)"/.exec(field)?.[1]
}

function compare(answers: Answers, expected: Table, one: PmmlCase): Verdict {
  const pairs = pairsOf(answers, expected, one)
  if (pairs.length === 0)
    return { compared: 0, problem: `no column to compare: ${answers.names.join(', ')} for ${expected.columns.join(', ')}` }
  let compared = 0
  const wrong: string[] = []
  for (const [row, cells] of expected.rows.entries()) {
    for (const { name, output, column } of pairs) {
      const actual = answers.value(row, output)
      compared++
      if (isSame(actual, cells[column] ?? '', one.equivalence)) continue
      const why = answers.rejection(row)?.message
      wrong.push(`row ${row + 1}: ${name} is ${actual}, expected ${cells[column]}${why === undefined ? '' : ` (${why})`}`)
    }
  }
  return wrong.length === 0 ? { compared } : { compared, problem: `${wrong.length} of ${compared} differ: ${wrong[0]}` }
}

interface Pair {
  readonly name: string
  readonly output: number
  readonly column: number
}

/** Which output is compared with which column. */
function pairsOf({ names }: Answers, { columns }: Table, one: PmmlCase): readonly Pair[] {
  // Where the expected values stand in the table of the records, their column is `prediction`, and the others are what was given.
  if (one.input === one.expected) return [{ name: 'prediction', output: 0, column: columns.indexOf('prediction') }]
  const kept = columns.filter((column) => !one.excluded.includes(column))
  // What is only looked at may as well be looked at whole.
  const wanted = kept.length === 0 && one.reference === false ? columns : kept
  const pairs = wanted.flatMap((name) => {
    const output = names.indexOf(name)
    return output < 0 ? [] : [{ name, output, column: columns.indexOf(name) }]
  })
  // A model without a declared target has no name for what it predicts.
  const [only, ...more] = wanted
  const unnamed = pairs.length === 0 && only !== undefined && more.length === 0 && names[0] === 'predictedValue'
  return unnamed ? [{ name: only, output: 0, column: columns.indexOf(only) }] : pairs
}
