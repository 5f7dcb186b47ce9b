import type { Command } from 'commander'
import type { Attach } from '../context.ts'
import { describe } from '../help.ts'
import { withCsvOptions } from '../input/csv-options.ts'
import { RECORD_FORMATS } from '../input/record-format.ts'
import { ratePerSecond, wholeNumber } from '../parse-values.ts'
import { type TailOptions, withTailOptions } from '../tail.ts'
import { showRejected } from './records-rejected.ts'
import { sendRecords, type SendOptions } from './records-send.ts'

export function addRecords(program: Command, attach: Attach): void {
  const records = program.command('records')
  describe(records, {
    asksNode: true,
    summary: 'Send records to a stream, and see which were rejected.',
    examples: [
      { what: 'A file of JSON records, one per line', line: 'sluice records send examples/flights/records.ndjson.gz --stream flights' },
      { what: 'What could not be scored, and why', line: 'sluice records rejected --stream flights' },
    ],
  })
  addSend(records, attach)
  addRejected(records, attach)
}

function addSend(records: Command, attach: Attach): void {
  const send = records
    .command('send')
    .argument('<file>', 'the records, also as .gz; - is the standard input')
    .option('-s, --stream <name>', 'the stream; not needed where the node has only one')
    .option('--as <format>', `one of ${RECORD_FORMATS.join(', ')} (default: from the ending of the file; ndjson for -)`)
    .option('--key-field <field>', 'the field whose text becomes the key of a JSON record')
    .option('--rate <n/s>', 'send so many a second, instead of as fast as possible', ratePerSecond)
    .option('--repeat [times]', 'send the file again and again, until Ctrl-C or so many times', wholeNumber(1))
  withCsvOptions(send)
  describe(send, {
    asksNode: true,
    summary: 'Send the records of a file to a stream.',
    paragraph:
      'The file is read bit by bit, so it may be larger than memory. In CSV, a cell that is a number becomes a number, an empty ' +
      'one is missing, anything else is text. The standard input is NDJSON unless --as ' +
      'says otherwise. A request is accepted whole or not at all, in order; after a failure the message ' +
      'says how many records were sent.',
    examples: [
      { what: 'A CSV file with a header line', line: 'sluice records send examples/wine/records.csv --stream wine' },
      {
        what: 'A thousand flights a second, keyed by carrier, over and over',
        line: 'sluice records send examples/flights/records.ndjson.gz --stream flights --key-field carrier --rate 1000 --repeat',
      },
      {
        what: 'CSV without a header line, whose records lack their data type',
        line: "sluice records send winequality.csv --stream wine --delimiter ';' --columns acidity,sugar,quality --add dataType=wine",
      },
      { what: 'From another program that writes one JSON object per line', line: 'sluice records send - --stream flights' },
    ],
  })
  attach(send, async (context, [file]) => sendRecords(context, send.opts<SendOptions>(), file!))
}

function addRejected(records: Command, attach: Attach): void {
  const rejected = withTailOptions(records.command('rejected'), 'rejected record')
  describe(rejected, {
    asksNode: true,
    summary: 'Show the records that could not be scored, and why.',
    paragraph:
      'These are the dead letters of the stream. Two lines per record: its time (UTC), place, key, data type, model, error code and message; ' +
      'then how its value begins. `sluice errors <code>` explains a code. With --json, `text` (or `base64`) is the value as it came: ' +
      'corrected, or once its model serves, it can be sent again with `sluice records send`.',
    examples: [
      { what: 'The last 20', line: 'sluice records rejected --stream flights' },
      { what: 'As they are rejected, until Ctrl-C', line: 'sluice records rejected --stream flights --follow' },
      { what: 'A thousand as JSON, one per line', line: 'sluice records rejected --stream flights --limit 1000 --json > rejected.ndjson' },
    ],
  })
  attach(rejected, async (context) => showRejected(context, rejected.opts<TailOptions>()))
}
