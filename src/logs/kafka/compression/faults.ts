/** What is compressed would grow beyond the limit. */
export class TooLargeError extends Error {
  readonly limit: number

  constructor(limit: number) {
    super(`it grows beyond ${limit} bytes`)
    this.name = 'TooLargeError'
    this.limit = limit
  }
}

export function corrupt(codec: string, why: string): Error {
  return new Error(`${codec}: ${why}`)
}
