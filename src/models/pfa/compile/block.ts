/** Statements of JavaScript that are being written. */
export class Block {
  readonly lines: string[] = []

  add(line: string): void {
    this.lines.push(line)
  }

  get empty(): boolean {
    return this.lines.length === 0
  }

  toString(): string {
    return this.lines.join('\n')
  }
}
