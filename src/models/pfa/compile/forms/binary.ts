import { isArray, isObject } from '../../document/json.ts'
import { BYTES } from '../../types/type.ts'
import { Block } from '../block.ts'
import { type BinaryFormat, binaryFormat, createPacker, createUnpacker } from '../../values/binary-format.ts'
import type { Site } from '../site.ts'
import { choose, clause } from './branches.ts'
import type { Form, FormTable } from './form.ts'

function formatOf(text: string, site: Site): BinaryFormat {
  return binaryFormat(text) ?? site.refuse(`${JSON.stringify(text)} is no binary format`)
}

const pack: Form = (json, site) => {
  const parts = site.array(json, 'pack')
  if (parts.length === 0) site.at('pack').refuse('at least one part is wanted')
  const formats: BinaryFormat[] = []
  const operands = site.sequence(parts.length, (inner, i) => {
    const here = inner.at('pack').at(i, parts[i])
    const part = parts[i]
    const pairs = isObject(part) ? [...part].filter(([key]) => key !== '@') : []
    const [pair] = pairs
    if (pair === undefined || pairs.length !== 1) return here.refuse('a part is {format: expression}')
    const format = formatOf(pair[0], here)
    formats.push(format)
    const at = here.at(pair[0], pair[1]).with({ scope: site.scope.argument() })
    return at.accepted(format.type, at.expression(pair[1]), 'what is packed')
  })
  const packer = site.program.constants.name(createPacker(formats))
  return { code: `${packer}(${operands.map(({ code }) => code).join(', ')})`, type: BYTES, stable: false }
}

const unpack: Form = (json, site) => {
  const bytes = site.argument(json, 'unpack')
  if (bytes.type.kind !== 'bytes') site.at('unpack').refuse(`bytes are wanted, not ${bytes.type.key}`)
  const bound = site.with({ scope: site.scope.inner() })
  const declarations = new Block()
  const result = site.program.fresh('t')
  const given = json.get('format')
  if (!isArray(given) || given.length === 0) return site.at('format').refuse('an array of {symbol: format} is wanted')
  const formats = given.map((part, i) => {
    const here = bound.at('format').at(i, part)
    const pairs = isObject(part) ? [...part].filter(([key]) => key !== '@') : []
    const [pair] = pairs
    if (pair === undefined || pairs.length !== 1 || typeof pair[1] !== 'string') return here.refuse('a part is {symbol: format}')
    const format = formatOf(pair[1], here)
    if (format.kind === 'raw' && format.size === undefined) here.refuse('"raw" needs a size to be read')
    declarations.add(`let ${here.declare(pair[0], format.type)} = ${result}[${i}];`)
    return format
  })
  const unpacker = site.program.constants.name(createUnpacker(formats))
  site.block.add(`const ${result} = ${unpacker}(${bytes.code});`)
  const then = clause(json, 'then', bound)
  then.site.block.lines.unshift(...declarations.lines)
  const test = { code: `${result} !== undefined`, type: BYTES, stable: false }
  return choose(test, [then, json.has('else') ? clause(json, 'else', site) : undefined], site)
}

/** PFA 0.8.1, special forms: packing and unpacking binary data. */
export const BINARY_FORMS: FormTable = {
  pack,
  'format,then,unpack': unpack,
  'else,format,then,unpack': unpack,
}
