import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

/** What a command answers: numbers as text, by name. */
export type DriverAnswer = Readonly<Record<string, string>>
export type DriverOptions = Readonly<Record<string, string | number | undefined>>

/** The benchmark's driver, a Java process (bench/peers/java/kafka, sluice.bench.driver): commands go out, answers come back in any order. */
export class Driver implements AsyncDisposable {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>
  readonly #waiting = new Map<number, { resolve(answer: DriverAnswer): void; reject(error: Error): void }>()
  #next = 1

  constructor(classPath: string, options: { readonly bootstrap: string; readonly output: string }) {
    const java = ['-Xmx3g', '-XX:+UseParallelGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn']
    const words = [...java, '-cp', classPath, 'sluice.bench.driver.Driver', `bootstrap=${options.bootstrap}`]
    this.#process = spawn('setpriv', ['--pdeathsig', 'KILL', 'java', ...words], { stdio: ['pipe', 'pipe', 'pipe'], detached: true })
    this.#process.stderr.pipe(createWriteStream(options.output))
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#take(line))
    this.#process.once('error', (error) => this.#fail(error))
    this.#process.once('exit', () => this.#fail(new Error(`the driver ended; see ${options.output}`)))
  }

  /** Runs a command and resolves with its answer; rejects with the driver's reason. */
  async run(command: string, options: DriverOptions = {}): Promise<DriverAnswer> {
    const id = this.#next++
    const words = Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject: (error) => reject(new Error(`${command}: ${error.message}`, { cause: error })) })
      this.#process.stdin.write(`${[id, command, ...words].join(' ')}\n`)
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode !== null) return
    const exited = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await exited
  }

  #take(line: string): void {
    const [id, status, ...words] = line.split(' ')
    const waiting = this.#waiting.get(Number(id))
    this.#waiting.delete(Number(id))
    if (status !== 'ok') return waiting?.reject(new Error(words.join(' ')))
    waiting?.resolve(Object.fromEntries(words.filter((word) => word !== '').map((word) => splitOnce(word))))
  }

  #fail(error: Error): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error)
    this.#waiting.clear()
  }
}

function splitOnce(word: string): [string, string] {
  const at = word.indexOf('=')
  return [word.slice(0, at), word.slice(at + 1)]
}
