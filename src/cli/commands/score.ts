import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { loadConfig } from '../../config/index.ts'
import { SluiceError } from '../../core/errors.ts'
import { FORMATS } from '../../core/model.ts'
import type { Attach, Context } from '../context.ts'
import { describe } from '../help.ts'
import { humanCount, humanCounted, humanDuration } from '../human.ts'
import { withCsvOptions } from '../input/csv-options.ts'
import { openInput, unreadable } from '../input/open-input.ts'
import { type FormatOptions, formatOf, splitterFor } from '../input/record-format.ts'
import type { RecordSplitter } from '../input/record-splitter.ts'
import { EXIT } from '../io.ts'
import { modelFormat } from '../model-format.ts'
import { ANSWER_FORMATS, answerFormatOf, csvAnswers, ndjsonAnswers } from '../output/answer-format.ts'
import { openOutput } from '../output/open-output.ts'
import { createRejectedReport } from '../output/rejected-report.ts'
import { keyValue } from '../parse-values.ts'
import type { InputRecord, ScoreCounts, ScoreModel, ScoreRun } from '../score-run.ts'

interface Options extends FormatOptions {
  readonly model: string
  readonly format?: string
  readonly name?: string
  readonly modelVersion: string
  readonly map?: Readonly<Record<string, string>>
  readonly input: string
  readonly output: string
  readonly outputAs?: string
  readonly rejected?: string
}

const INPUT_FORMATS = ['csv', 'ndjson', 'json'] as const

export function addScore(program: Command, attach: Attach): void {
  const command = program
    .command('score')
    .requiredOption('-m, --model <file>', 'the model')
    .option('--format <format>', `of the model, one of ${FORMATS.join(', ')} (default: from the ending of the file)`)
    .option('-n, --name <name>', 'the name of the model (default: that of the file)')
    .option('--model-version <version>', 'its version', '1')
    .option(
      '--map <model=record>',
      'feed a model input from a record field of another name; as often as needed',
      keyValue('model-input=record-field'),
    )
    .option('-i, --input <file>', 'the records, also as .gz; - is the standard input', '-')
    .option('--as <format>', `what the records are, one of ${INPUT_FORMATS.join(', ')} (default: from the ending; ndjson for -)`)
    .option('-o, --output <file>', 'where the answers go; - is the standard output', '-')
    .option('--output-as <format>', `what the answers are, one of ${ANSWER_FORMATS.join(', ')} (default: from the ending; ndjson for -)`)
    .option('-r, --rejected <file>', 'where records that were rejected go, as NDJSON with their line and the reason')
  withCsvOptions(command)
  describe(command, {
    summary: 'Score a file of records, or what another program writes, without a node.',
    paragraph:
      'Records are answered by the engine that serves topics, in their order, one answer a record; files may be larger than memory. ' +
      'A record that is rejected is reported on the error stream with its line, code and reason, or goes to the file of --rejected; ' +
      'the exit code is then 4. Where the input breaks off, or can not be read any further, what came before is answered.',
    examples: [
      {
        what: 'Departures and how likely each is late, as JSON, to the standard output',
        line: 'sluice score -m examples/flights/late-arrival-1.pmml -i examples/flights/records.ndjson.gz',
      },
      {
        what: 'A table and its answers',
        line: 'sluice score -m examples/wine/cultivar-1.pmml -i examples/wine/records.csv -o answers.csv',
      },
      {
        what: 'An input that the record calls otherwise',
        line: 'sluice score -m fraud.onnx --map amount=order.total -i orders.ndjson.gz -o scored.ndjson',
      },
    ],
  })
  attach(command, (context) => score(context, command.opts<Options>()))
}

async function score(context: Context, options: Options): Promise<number> {
  const { io, json, style } = context
  const format = formatOf(options, options.input)
  if (!(INPUT_FORMATS as readonly string[]).includes(format)) throw usage(`--as ${format}: score takes ${INPUT_FORMATS.join(', ')}`)
  const answersAs = answerFormatOf(options.outputAs, options.output)
  const model = await readModel(context, options)
  const input = await openInput(options.input, io)
  const splitter = splitterFor(format, options, options.input)
  const output = await openOutput(options.output, io)
  const report = await createRejectedReport(options.rejected, context)
  const answers = answersAs === 'csv' ? csvAnswers(() => splitter.columns) : ndjsonAnswers()
  let started = io.clock.monotonic()
  // Getting ready is not part of the pace.
  const onStart = (): void => void (started = io.clock.monotonic())
  const run: ScoreRun = {
    config: pipeConfig(io.cwd),
    model,
    input: recordsOf(input.chunks, splitter, onStart),
    answers: (values) => output.write(answers.encode(values)),
    rejected: (records) => report.add(records),
    signal: io.signal,
  }
  let counts: ScoreCounts
  try {
    counts = await context.actions.score(run)
  } catch (error) {
    // What was answered before is not to be lost; what went wrong first is to be told.
    await Promise.allSettled([output.end(), report.end()])
    throw error
  }
  await report.end()
  io.signal.throwIfAborted()
  await output.end()
  const { scored, rejected } = counts
  const ms = io.clock.monotonic() - started
  if (json) io.stderr.write(`${JSON.stringify({ scored, rejected, ms: Math.round(ms) })}\n`)
  else {
    const rate = ms > 0 ? `, ${humanCount((scored + rejected) / (ms / 1000))}/s` : ''
    const mark = rejected === 0 ? style.good('✓') : style.warn('!')
    io.stderr.write(`${mark} ${humanCounted(scored, 'record')} scored, ${humanCount(rejected)} rejected in ${humanDuration(ms)}${rate}\n`)
  }
  return rejected === 0 ? EXIT.ok : EXIT.rejected
}

/** One stream on a log in memory, of which nothing but the models is kept there. */
function pipeConfig(cwd: string) {
  const stream = { name: 'score', input: 'input', output: 'answers', dataType: { constant: 'record' }, beforeModel: { do: 'reject' } }
  const flags = [
    { flag: 'score', key: 'log', value: 'memory' },
    { flag: 'score', key: 'logging.level', value: 'error' },
    { flag: 'score', key: 'streams', value: JSON.stringify([stream]) },
  ]
  return loadConfig({ file: null, env: {}, flags, cwd })
}

async function readModel({ io }: Context, options: Options): Promise<ScoreModel> {
  const { model: file, format, name, modelVersion: version, map = {} } = options
  const kind = modelFormat(format, file)
  try {
    const bytes = await readFile(resolve(io.cwd, file))
    const given = name ?? basename(file).replace(/\.[^.]*$/, '')
    return { name: given.replaceAll(/[@/\s]/g, '-'), version, format: kind, inputs: map, bytes }
  } catch (cause) {
    throw unreadable(file, cause)
  }
}

async function* recordsOf(
  chunks: AsyncIterable<Uint8Array>,
  splitter: RecordSplitter,
  onStart: () => void,
): AsyncGenerator<readonly InputRecord[]> {
  onStart()
  let count = 0
  const placed = (values: readonly Uint8Array[]): InputRecord[] => {
    const { lines } = splitter
    return values.map((value, i) => ({ value, place: lines?.[i] ?? ++count }))
  }
  for await (const chunk of chunks) yield placed(splitter.push(chunk))
  yield placed(splitter.end())
}

function usage(message: string): SluiceError {
  return new SluiceError('cli.usage', message)
}
