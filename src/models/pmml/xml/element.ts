import { SluiceError } from '../../../core/errors.ts'

/** An element of a document: what the lowering reads. `name` has no prefix when the element is of the PMML namespace. */
export interface Element {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly Element[]
  /** Its own character data, without that of its children. */
  readonly text: string
  readonly line: number
}

/** Its first child of this name. */
export function child(element: Element, name: string): Element | undefined {
  return element.children.find((candidate) => candidate.name === name)
}

/** Its first child of this name; throws `model.malformed` where it has none. */
export function requiredChild(element: Element, name: string): Element {
  const found = child(element, name)
  if (found === undefined) throw malformed(element, `needs a <${name}>`)
  return found
}

/** Its children of this name, in document order. */
export function childrenOf(element: Element, name: string): readonly Element[] {
  return element.children.filter((candidate) => candidate.name === name)
}

/** Its children apart from `Extension`s, which carry nothing that scoring may depend on. */
export function contentOf(element: Element): readonly Element[] {
  return element.children.filter((candidate) => candidate.name !== 'Extension')
}

/** The error for an element that breaks the rules of PMML. */
export function malformed(element: Element, problem: string, cause?: unknown): SluiceError {
  return new SluiceError('model.malformed', `line ${element.line}: <${element.name}> ${problem}`, {
    details: { element: element.name, line: element.line },
    ...(cause !== undefined && { cause }),
  })
}

/** The error for an element that is PMML but not supported. */
export function unsupported(element: Element, what = `<${element.name}>`): SluiceError {
  return new SluiceError('model.unsupported', `line ${element.line}: ${what} is not supported`, {
    details: { element: element.name, line: element.line },
  })
}
