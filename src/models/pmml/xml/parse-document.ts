import { SaxesParser } from 'saxes'
import { SluiceError } from '../../../core/errors.ts'
import { LIMITS } from '../limits.ts'
import { decodeXml } from './decode-xml.ts'
import type { Element } from './element.ts'

interface Open extends Element {
  text: string
  readonly children: Element[]
}

/**
 * Parses a PMML document into its element tree. Strict: throws `model.malformed` for what is not well-formed, for a document type
 * declaration (so no entity is ever defined or fetched), and for what exceeds the limits.
 */
export function parseDocument(bytes: Uint8Array): Element {
  const parser = new SaxesParser({ xmlns: false, position: true })
  const builder = new TreeBuilder(() => parser.line)
  parser.on('error', (error) => {
    throw new SluiceError('model.malformed', `not well-formed XML: ${error.message}`, { cause: error })
  })
  parser.on('doctype', () => {
    throw new SluiceError('model.malformed', 'the document has a DOCTYPE; remove it, a PMML document needs none')
  })
  parser.on('opentag', (tag) => builder.open(tag.name, tag.attributes))
  parser.on('text', (text) => builder.text(text))
  parser.on('cdata', (text) => builder.text(text))
  parser.on('closetag', () => builder.close())
  for (const piece of decodeXml(bytes)) parser.write(piece)
  parser.close()
  if (builder.root === undefined) throw new SluiceError('model.malformed', 'the document has no element; it must be a PMML document')
  return builder.root
}

class TreeBuilder {
  root: Element | undefined
  readonly #line: () => number
  readonly #stack: Open[] = []
  #prefix = ''
  #elements = 0
  #nodes = 0

  constructor(line: () => number) {
    this.#line = line
  }

  open(qualified: string, attributes: Readonly<Record<string, string>>): void {
    if (this.root === undefined) this.#prefix = qualified.endsWith(':PMML') ? qualified.slice(0, -4) : ''
    const prefix = this.#prefix
    const name = prefix !== '' && qualified.startsWith(prefix) ? qualified.slice(prefix.length) : qualified
    const element: Open = { name, attributes, children: [], text: '', line: this.#line() }
    this.#check(element)
    const parent = this.#stack.at(-1)
    if (parent === undefined) this.root = element
    else parent.children.push(element)
    this.#stack.push(element)
  }

  text(text: string): void {
    const element = this.#stack.at(-1)
    if (element === undefined) return
    if (element.text.length + text.length > LIMITS.textLength) throw tooMuch(element, 'text', LIMITS.textLength)
    element.text += text
  }

  close(): void {
    if (this.#stack.pop()?.name === 'Node') this.#nodes--
  }

  #check(element: Open): void {
    if (++this.#elements > LIMITS.elements) throw tooMuch(element, 'elements', LIMITS.elements)
    if (element.name === 'Node' && ++this.#nodes > LIMITS.nodeDepth) throw tooMuch(element, 'nested nodes', LIMITS.nodeDepth)
    if (this.#stack.length - this.#nodes > LIMITS.depth) throw tooMuch(element, 'nested elements', LIMITS.depth)
    let attributes = 0
    for (const key in element.attributes) {
      if (++attributes > LIMITS.attributes) throw tooMuch(element, 'attributes', LIMITS.attributes)
      if (element.attributes[key]!.length > LIMITS.attributeLength)
        throw tooMuch(element, 'characters in an attribute', LIMITS.attributeLength)
    }
  }
}

function tooMuch(element: Element, what: string, limit: number): SluiceError {
  return new SluiceError('model.malformed', `line ${element.line}: <${element.name}> has too many ${what}; the limit is ${limit}`, {
    details: { element: element.name, line: element.line, limit },
  })
}
