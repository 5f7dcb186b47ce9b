/** Whether a character, a code point or a byte, is one of a set. */
export type CharacterTest = (character: number) => boolean

export type Assertion = 'start' | 'end' | 'word-edge' | 'no-word-edge' | 'word-start' | 'word-end'

/** A regular expression. Counted repetitions are written out, so that a group may be there several times under one number. */
export type Node =
  | { readonly kind: 'empty' }
  | { readonly kind: 'character'; readonly test: CharacterTest }
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly parts: readonly Node[] }
  /** Zero or more times; `again` where it goes on with a repetition, which then has no empty round to add. */
  | { readonly kind: 'star'; readonly inner: Node; readonly again: boolean }
  | { readonly kind: 'group'; readonly inner: Node; readonly number: number }
  | { readonly kind: 'back-reference'; readonly number: number }

export const EMPTY: Node = { kind: 'empty' }

export function sequence(parts: readonly Node[]): Node {
  return parts.length === 1 ? parts[0]! : parts.length === 0 ? EMPTY : { kind: 'sequence', parts }
}

export function choice(parts: readonly Node[]): Node {
  return parts.length === 1 ? parts[0]! : { kind: 'choice', parts }
}

/** The nodes directly inside of one. */
export function innerNodes(node: Node): readonly Node[] {
  if (node.kind === 'sequence' || node.kind === 'choice') return node.parts
  return node.kind === 'star' || node.kind === 'group' ? [node.inner] : []
}

/** How many nodes an expression has, itself too. */
export function sizeOf(node: Node): number {
  let size = 1
  for (const inner of innerNodes(node)) size += sizeOf(inner)
  return size
}

/** Whether an assertion holds at a place of a text. */
export function holds(assertion: Assertion, text: ArrayLike<number>, at: number): boolean {
  if (assertion === 'start') return at === 0
  if (assertion === 'end') return at === text.length
  const before = at > 0 && isWord(text[at - 1]!)
  const after = at < text.length && isWord(text[at]!)
  if (assertion === 'word-start') return !before && after
  if (assertion === 'word-end') return before && !after
  return (before !== after) === (assertion === 'word-edge')
}

export function isWord(character: number): boolean {
  return (
    (character >= 0x30 && character <= 0x39) ||
    (character >= 0x41 && character <= 0x5a) ||
    (character >= 0x61 && character <= 0x7a) ||
    character === 0x5f
  )
}
