import { type Cursor, deeper, more, space, take, takeAll, unexpected, utf8 } from './cursor.ts'
import { readNumber } from './read-number.ts'
import { createStringReader } from './read-string.ts'

const [TRUE, FALSE, NULL] = [utf8('true'), utf8('false'), utf8('null')]
const readText = createStringReader(true)

/** Passes over a value, of any form. */
export function skipValue(cursor: Cursor): void {
  switch (space(cursor)) {
    case 0x22:
      readText(cursor)
      return
    case 0x7b:
      return skipItems(cursor, 0x7d)
    case 0x5b:
      return skipItems(cursor, 0x5d)
    case 0x74:
      return takeAll(cursor, TRUE)
    case 0x66:
      return takeAll(cursor, FALSE)
    case 0x6e:
      return takeAll(cursor, NULL)
    case undefined:
      return unexpected()
    default:
      readNumber(cursor)
  }
}

function skipItems(cursor: Cursor, close: number): void {
  deeper(cursor)
  cursor.at++
  if (space(cursor) === close) {
    more(cursor, close)
    return
  }
  do {
    if (close === 0x7d) {
      readText(cursor)
      take(cursor, 0x3a)
    }
    skipValue(cursor)
  } while (more(cursor, close))
}
