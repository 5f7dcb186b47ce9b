import { type DeadLetter, deadLetter } from '../../api/contract/index.ts'
import type { Context } from '../context.ts'
import { humanSize } from '../human.ts'
import type { Style } from '../style.ts'
import { type Cell, createColumns, oneLine, showTail, type TailOptions } from '../tail.ts'

const SHOWN_CHARACTERS = 160
const SHOWN_BYTES = 48

/** Shows the dead letters of a stream: two lines each, what was wrong with which record, and how its value begins. */
export async function showRejected(context: Context, options: TailOptions): Promise<void> {
  const { json, print, style } = context
  const columns = createColumns()
  const show = (letter: DeadLetter) => [columns(cellsOf(letter, style)), `  ${style.dim(valueText(letter))}`]
  const count = await showTail(context, options, { collection: 'rejected', thing: 'a dead letter', schema: deadLetter, show })
  if (count === 0 && !json) await print(`${style.good('✓')} no record was rejected`)
}

function cellsOf({ at, topic, partition, offset, key, dataType, model, code, message }: DeadLetter, style: Style): Cell[] {
  return [
    [new Date(at).toISOString().slice(0, 19).replace('T', ' '), style.dim],
    [`${topic}[${partition}]@${offset}`, (text) => text],
    [key ?? '–', (text) => text],
    [dataType ?? '–', (text) => text],
    [model ?? '–', style.accent],
    [code, style.bad],
    [message, (text) => text],
  ]
}

/** How the value begins, on one line: text as it is, other bytes in hexadecimal; the size of what is not shown in full. */
function valueText({ text, base64, valueBytes }: DeadLetter): string {
  if (text !== null) {
    const shown = oneLine(text.slice(0, SHOWN_CHARACTERS))
    return Buffer.byteLength(text) < valueBytes || text.length > SHOWN_CHARACTERS ? `${shown} … (${humanSize(valueBytes)})` : shown
  }
  if (base64 === null) return 'no value'
  const bytes = Buffer.from(base64, 'base64')
  const hex = bytes
    .subarray(0, SHOWN_BYTES)
    .toString('hex')
    .replaceAll(/..(?=.)/g, '$& ')
  return valueBytes > SHOWN_BYTES ? `${hex} … (${humanSize(valueBytes)})` : hex
}
