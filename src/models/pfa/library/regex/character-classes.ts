import { type CharacterTest, isWord } from './syntax.ts'

function between(first: number, last: number): CharacterTest {
  return (character) => character >= first && character <= last
}

const isLower = between(0x61, 0x7a)
const isUpper = between(0x41, 0x5a)
const isDigit = between(0x30, 0x39)
const isAlpha: CharacterTest = (character) => isLower(character) || isUpper(character)
const isBlank: CharacterTest = (character) => character === 0x20 || character === 0x09
const isGraph = between(0x21, 0x7e)

export const isSpace: CharacterTest = (character) => character === 0x20 || (character >= 0x09 && character <= 0x0d)

/** POSIX's character classes, as in the POSIX locale: of ASCII only. */
export const CHARACTER_CLASSES: ReadonlyMap<string, CharacterTest> = new Map<string, CharacterTest>([
  ['alpha', isAlpha],
  ['digit', isDigit],
  ['alnum', (character) => isAlpha(character) || isDigit(character)],
  ['lower', isLower],
  ['upper', isUpper],
  ['space', isSpace],
  ['blank', isBlank],
  ['punct', (character) => isGraph(character) && !isAlpha(character) && !isDigit(character)],
  ['graph', isGraph],
  ['print', between(0x20, 0x7e)],
  ['cntrl', (character) => character < 0x20 || character === 0x7f],
  ['xdigit', (character) => isDigit(character) || between(0x41, 0x46)(character) || between(0x61, 0x66)(character)],
  ['word', isWord],
])
