import { createHash } from 'node:crypto'
import { createReadStream, openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { modelCommandResult, publishQuery } from '../../api/contract/index.ts'
import { nearest } from '../../config/index.ts'
import { SluiceError } from '../../core/errors.ts'
import { FORMATS } from '../../core/model.ts'
import type { Attach } from '../context.ts'
import { describe } from '../help.ts'
import { unreadable } from '../input/open-input.ts'
import { urlPath } from '../node-client.ts'
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
  readonly wait: boolean
}

/** What a file's name says of its format. */
const FORMAT_OF_ENDING: Readonly<Record<string, string>> = {
  '.pmml': 'pmml',
  '.pfa': 'pfa',
  '.onnx': 'onnx',
  '.pb': 'tensorflow',
  '.lgb': 'lightgbm',
  '.lgbm': 'lightgbm',
  '.ubj': 'xgboost',
  '.xgb': 'xgboost',
}

export function addPublish(models: Command, attach: Attach): void {
  const command = models
    .command('publish')
    .argument('[file]', 'the model; not with --location')
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
        what: 'Too large to send: nodes fetch it from an allowed host',
        line: `sluice models publish --location https://models.example.com/big.onnx --sha256 ${'9f86d081'.repeat(8)} --format onnx -d flight -n big`,
      },
    ],
  })
  attach(command, async (context, [file]) => {
    const options = command.opts<Options>()
    if ((file === undefined) === (options.location === undefined)) throw usage('give either a file or --location')
    const digest = file === undefined ? options.sha256 : await digestOf(resolve(context.io.cwd, file), file, context.io.signal)
    const query = {
      name: options.name,
      dataType: options.dataType,
      format: formatOf(options.format, file ?? options.location),
      version: options.modelVersion,
      description: options.description,
      location: options.location,
      sha256: digest,
      inputs: options.input === undefined ? undefined : JSON.stringify(options.input),
      metadata: options.metadata === undefined ? undefined : JSON.stringify(options.metadata),
      wait: options.wait ? 'true' : 'false',
    }
    check(query, options, { file, digest })
    const body =
      file === undefined ? undefined : { type: 'application/octet-stream', bytes: await openAsBlob(resolve(context.io.cwd, file)) }
    await showResult(context, await context.client.post(urlPath(['models'], query), modelCommandResult, body))
  })
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

/** The asked-for format, else what the ending says. */
function formatOf(asked: string | undefined, file: string | undefined): string {
  const formats: readonly string[] = FORMATS
  if (asked !== undefined) {
    if (formats.includes(asked)) return asked
    const close = nearest(asked, FORMATS)
    throw usage(`format '${asked}' is not one of ${FORMATS.join(', ')}${close === undefined ? '' : `; did you mean ${close}?`}`)
  }
  const ending = /\.[a-z]+$/i.exec(file ?? '')?.[0].toLowerCase() ?? ''
  const format = FORMAT_OF_ENDING[ending]
  if (format === undefined) throw usage(`the name ${file ?? ''} does not say the format; give --format, one of ${FORMATS.join(', ')}`)
  return format
}

async function digestOf(path: string, file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  try {
    if ((await stat(path)).isDirectory()) throw new Error('it is a folder')
    for await (const chunk of createReadStream(path, { signal })) hash.update(chunk as Uint8Array)
  } catch (cause) {
    throw unreadable(file, cause)
  }
  return hash.digest('hex')
}

function usage(message: string): SluiceError {
  return new SluiceError('cli.usage', message)
}
