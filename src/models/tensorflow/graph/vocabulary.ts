import { SluiceError } from '../../../core/errors.ts'
import { type ConstTensor, tensorOf } from '../const-tensor.ts'
import { type DataType, dataTypeOf } from '../data-types.ts'
import type { GraphNode } from '../proto/read-graph.ts'
import type { SavedFiles } from './saved-values.ts'

const WHOLE_LINE = -2
const LINE_NUMBER = -1

/** The content of a table that a text file beside the graph fills (InitializeTableFromTextFileV2): a line an entry. */
export function readVocabulary(
  { filling, table }: { readonly filling: GraphNode; readonly table: GraphNode },
  file: string | undefined,
  { asset }: Pick<SavedFiles, 'asset'>,
): { keys: ConstTensor; values: ConstTensor } {
  const bytes = file === undefined ? undefined : asset(file)
  if (bytes === undefined) {
    throw new SluiceError('model.malformed', `the file '${file ?? ''}' that fills the table '${table.name}' is not in the assets folder`)
  }
  const lines = new TextDecoder().decode(bytes).split('\n')
  if (lines.at(-1) === '') lines.pop()
  const delimiter = filling.attributes.get('delimiter')?.text ?? '\t'
  const column = (index: number, type: DataType): ConstTensor => {
    const texts = lines.map((line, i) =>
      index === LINE_NUMBER ? String(i) : index === WHOLE_LINE ? line : (line.split(delimiter)[index] ?? ''),
    )
    const shape = [texts.length]
    if (type === 'string') return { type, shape, raw: new Uint8Array(0), texts: texts.map((text) => new TextEncoder().encode(text)) }
    const wrong = texts.find((text) => text.trim() === '' || !Number.isFinite(Number(text)))
    if (wrong !== undefined) throw new SluiceError('model.malformed', `'${wrong.slice(0, 100)}' in the file '${file}' is no number`)
    return tensorOf(type, shape, texts.map(Number))
  }
  const typeOf = (name: string): DataType => dataTypeOf(table.attributes.get(name)?.type ?? 0, `table '${table.name}'`)
  const indexOf = (name: string): number => filling.attributes.get(name)?.int ?? 0
  return { keys: column(indexOf('key_index'), typeOf('key_dtype')), values: column(indexOf('value_index'), typeOf('value_dtype')) }
}
