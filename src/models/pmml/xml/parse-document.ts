import { SaxesParser } from 'saxes'
import { SluiceError } from '../../../core/errors.ts'
import { LIMITS } from '../limits.ts'
import { createXmlDecoder } from './decode-xml.ts'
import type { Element } from './element.ts'

interface Open extends Element {
  text: string
  readonly children: Element[]
}

/** Parses a document that comes in parts. */
export interface DocumentParser {
  /** Takes the next bytes. Throws `model.malformed`, after which the parser is of no more use. */
  write(bytes: Uint8Array): void
  /** The document's element tree, when all bytes were written. */
  finish(): Element
}

/** Sees elements while the document is parsed, so that large parts of it need not be kept. */
export interface Watcher {
  /** An element begins: it has its attributes, and its parent has what stands before it. */
  open(element: Element, parent: Element | undefined): void
  /** An element is complete; answers what stands for it in its parent, if anything. */
  close(element: Element, parent: Element | undefined): Element | undefined
}

const KEEPS_ALL: Watcher = { open: () => {}, close: (element) => element }

/**
 * Parses a PMML document into its element tree. Strict: throws `model.malformed` for what is not well-formed, for a document type
 * declaration (so no entity is ever defined or fetched), and for what exceeds the limits.
 */
export function createDocumentParser(watcher: Watcher = KEEPS_ALL): DocumentParser {
  const parser = new SaxesParser({ xmlns: false, position: true })
  const builder = new TreeBuilder(() => parser.line, watcher)
  const decoder = createXmlDecoder()
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
  return {
    write(bytes) {
      for (const piece of decoder.decode(bytes, false)) parser.write(piece)
    },
    finish() {
      for (const piece of decoder.decode(new Uint8Array(0), true)) parser.write(piece)
      parser.close()
      if (builder.root === undefined) throw new SluiceError('model.malformed', 'the document has no element; it must be a PMML document')
      return builder.root
    },
  }
}

const NOT_BLANK = /\S/

class TreeBuilder {
  root: Element | undefined
  readonly #line: () => number
  readonly #watcher: Watcher
  readonly #stack: Open[] = []
  #prefix = ''
  #elements = 0
  #nodes = 0

  constructor(line: () => number, watcher: Watcher) {
    this.#line = line
    this.#watcher = watcher
  }

  open(qualified: string, attributes: Readonly<Record<string, string>>): void {
    if (this.root === undefined) this.#prefix = qualified.endsWith(':PMML') ? qualified.slice(0, -4) : ''
    const prefix = this.#prefix
    const name = prefix !== '' && qualified.startsWith(prefix) ? qualified.slice(prefix.length) : qualified
    const element: Open = { name, attributes, children: [], text: '', line: this.#line() }
    this.#check(element)
    const parent = this.#stack.at(-1)
    if (parent === undefined) this.root = element
    // What indents the first child is no text.
    else if (parent.children.length === 0 && !NOT_BLANK.test(parent.text)) parent.text = ''
    this.#watcher.open(element, parent)
    parent?.children.push(element)
    this.#stack.push(element)
  }

  text(text: string): void {
    const element = this.#stack.at(-1)
    if (element === undefined || (element.children.length > 0 && !NOT_BLANK.test(text))) return
    if (element.text.length + text.length > LIMITS.textLength) throw tooMuch(element, 'text', LIMITS.textLength)
    element.text += text
  }

  close(): void {
    const element = this.#stack.pop()!
    if (element.name === 'Node') this.#nodes--
    const parent = this.#stack.at(-1)
    const kept = this.#watcher.close(element, parent)
    if (parent === undefined || kept === element) return
    parent.children.pop()
    if (kept !== undefined) parent.children.push(kept)
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
