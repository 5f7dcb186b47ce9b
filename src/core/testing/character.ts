import * as fc from 'fast-check'

/** For tests: single characters, most of them of the kinds that break readers and writers of text. */
export const character = fc.oneof(
  fc.constantFrom(
    '"',
    '\\',
    '/',
    '{',
    '}',
    '\0',
    '\n',
    '\u007f',
    '\u0080',
    'é',
    '\u07ff',
    '\u0800',
    '\uFEFF',
    '\uffff',
    '\u{10000}',
    '\u{1F377}',
    '\u{10ffff}',
  ),
  fc.integer({ min: 0, max: 127 }).map((code) => String.fromCharCode(code)),
)
