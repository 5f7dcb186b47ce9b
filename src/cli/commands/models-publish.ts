import type { Command } from 'commander'
import { modelCommandResult, publishQuery } from '../../api/contract/index.ts'
import { SluiceError } from '../../core/errors.ts'
import { FORMATS } from '../../core/model.ts'
import type { Attach } from '../context.ts'
import { describe } from '../help.ts'
import { readModelBytes } from '../model-bytes.ts'
import { modelFormat } from '../model-format.ts'
import { goldenBody, readGolden } from '../golden.ts'
import type { Io } from '../io.ts'
import { type RequestBody, urlPath } from '../node-client.ts'
import { keyValue } from '../parse-values.ts'
import { showResult } from './models-change.ts'

interface Options {
  readonly dataType: string
  readonly name: string
  readonly modelVersion?: string
  readonly format?: string
  readonly description?: string
  readonly input?: Readonly<Record<string, string>>
  readonly metadata?: Readonly<Record<string, string>>
  readonly location?: string
  readonly sha256?: string
  readonly golden?: string
  readonly goldenTolerance?: number
  readonly wait: boolean
}

export function addPublish(models: Command, attach: Attach): void {
  const command = models
    .command('publish')
    .argument('[file]', 'the model, or the folder of a saved model; not with --location')
    .requiredOption('-d, --data-type <type>', 'whose records it scores')
    .requiredOption('-n, --name <name>', 'the name; all versions share it')
    .option('-m, --model-version <version>', 'the version (default: chosen by the node)')
    .option('--format <format>', `one of ${FORMATS.join(', ')} (default: from the ending of the file)`)
    .option('--description <text>', 'what a person should know of it')
    .option(
      '--input <model=record>',
      'feed a model input from a record field of another name; as often as needed',
      keyValue('model-input=record-field'),
    )
    .option('--metadata <key=value>', 'anything that should stay with it; as often as needed', keyValue('key=value'))
    .option('--location <url>', 'where nodes fetch the bytes, instead of sending them; needs --sha256')
    .option('--sha256 <digest>', 'the sha256 of the bytes; computed where there is a file')
    .option(
      '--golden <file>',
      "records with the model's inputs and, as expected:<output>, its outputs (CSV or NDJSON): a node replays them before the model may serve",
    )
    .option('--golden-tolerance <number>', 'how far an output may be off, absolutely and relatively (default: 1e-6)', tolerance)
    .option('--no-wait', "don't wait until it serves")
  describe(command, {
    asksNode: true,
    summary: 'Publish a model: it is checked, loaded, and takes over without a pause.',
    paragraph:
      'The command waits until the model serves, and fails with the reason if it is refused; then the version before it keeps ' +
      'serving. Model inputs are matched with record fields by name; --input says so where the names differ.',
    examples: [
      {
        what: 'A new version for the flights of the demo',
        line: 'sluice models publish examples/flights/late-arrival-2.pmml --data-type flight --name late-arrival --model-version 2b',
      },
      {
        what: 'The small example, with words on it',
        line: "sluice models publish examples/wine/cultivar-1.pmml -d wine -n cultivar --description 'Logistic regression' --metadata by=me",
      },
      {
        what: 'An input that the record calls otherwise',
        line: 'sluice models publish fraud.onnx -d payment -n fraud --input amount=order.total',
      },
      {
        what: 'With answers that it must reproduce before it serves',
        line: 'sluice models publish fraud.onnx -d payment -n fraud --golden examples.csv --golden-tolerance 1e-5',
      },
      {
        what: 'Too large to send: nodes fetch it from an allowed host',
        line: `sluice models publish --location https://models.example.com/big.onnx --sha256 ${'9f86d081'.repeat(8)} --format onnx -d flight -n big`,
      },
    ],
  })
  attach(command, async (context, [file]) => {
    const options = command.opts<Options>()
    if ((file === undefined) === (options.location === undefined)) throw usage('give either a file or --location')
    const model = file === undefined ? undefined : await readModelBytes(file, context.io)
    const digest = model?.sha256 ?? options.sha256
    const query = {
      name: options.name,
      dataType: options.dataType,
      format: modelFormat(options.format, file ?? options.location, model?.isFolder),
      version: options.modelVersion,
      description: options.description,
      location: options.location,
      sha256: digest,
      inputs: options.input === undefined ? undefined : JSON.stringify(options.input),
      metadata: options.metadata === undefined ? undefined : JSON.stringify(options.metadata),
      wait: options.wait ? 'true' : 'false',
    }
    check(query, options, { file, digest })
    await showResult(
      context,
      await context.client.post(urlPath(['models'], query), modelCommandResult, await bodyOf(model?.blob, options, context.io)),
    )
  })
}

async function bodyOf(model: Blob | undefined, { golden, goldenTolerance }: Options, io: Io): Promise<RequestBody | undefined> {
  if (golden !== undefined) return goldenBody(await readGolden(golden, goldenTolerance, io), model)
  if (goldenTolerance !== undefined) throw usage('--golden-tolerance is for --golden, which is not given')
  return model === undefined ? undefined : { type: 'application/octet-stream', bytes: model }
}

function tolerance(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && value >= 0 && value < Infinity) return value
  throw usage(`the tolerance '${text}' is not a number from 0 on, such as 1e-6`)
}

function check(query: object, options: Options, { file, digest }: { file: string | undefined; digest: string | undefined }): void {
  if (options.location !== undefined && options.sha256 === undefined)
    throw usage('--location needs --sha256, so that nobody can exchange the model')
  if (file !== undefined && options.sha256 !== undefined && options.sha256.toLowerCase() !== digest)
    throw new SluiceError('model.sha256.mismatch', `${file} has the sha256 ${digest}, not ${options.sha256}`)
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined))
  const [issue] = publishQuery.safeParse(given).error?.issues ?? []
  if (issue !== undefined) throw usage(`${String(issue.path[0])} '${String(given[String(issue.path[0])])}': ${issue.message}`)
}

function usage(message: string): SluiceError {
  return new SluiceError('cli.usage', message)
}
