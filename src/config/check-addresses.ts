import { streamSettings } from './schema.ts'
import { type Settings, valueAt } from './settings.ts'
import { type Path, pathText } from './source.ts'
import { parseAddress, resolveEnds } from './stream-address.ts'

export type Report = (path: Path, message: string) => void

/** Reports streams that begin or end elsewhere and have no name, and topics of such streams that others have. */
export function checkAddresses(settings: Settings, report: Report): void {
  const given = valueAt(settings.tree, ['streams'])
  if (!Array.isArray(given)) return
  const { name, input, output } = streamSettings.shape
  const seen = new Map<string, Path>()
  for (const i of given.keys()) {
    const at = ['streams', i]
    const read = (key: string): unknown => valueAt(settings.tree, [...at, key])
    const [called, from, to] = [name.safeParse(read('name')), input.safeParse(read('input')), output.safeParse(read('output'))]
    if (!called.success || !from.success || !to.success) continue
    const elsewhere = [from.data, to.data].find((end) => parseAddress(end) !== undefined)
    if (elsewhere !== undefined && called.data === undefined)
      report([...at, 'name'], `is missing; a stream with ${elsewhere} needs one, after which its topics are called`)
    const ends = resolveEnds({ name: called.data, input: from.data, output: to.data })
    for (const key of ['input', 'output'] as const) {
      const other = seen.get(ends[key])
      const isMade = parseAddress(key === 'input' ? from.data : to.data) !== undefined
      if (other !== undefined && isMade)
        report([...at, 'name'], `makes the topic '${ends[key]}', which ${pathText(other)} has; it must be another name`)
      seen.set(ends[key], [...at, key])
    }
  }
}
