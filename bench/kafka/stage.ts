import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startKafka } from '../../test/setup/kafka/cluster.ts'
import { Driver } from './driver.ts'
import { buildJava, classPathOf } from './java.ts'
import type { RecordKind } from './record-kinds.ts'

/** What all workloads of one run share: one broker, the driver, and a folder. */
export class Stage implements AsyncDisposable {
  readonly bootstrap: string
  readonly driver: Driver
  /** What `buildJava` built. */
  readonly java: string
  readonly directory: string
  readonly #stack: AsyncDisposableStack
  readonly #kinds = new Set<string>()
  #names = 0

  private constructor(parts: Pick<Stage, 'bootstrap' | 'driver' | 'java' | 'directory'>, stack: AsyncDisposableStack) {
    this.bootstrap = parts.bootstrap
    this.driver = parts.driver
    this.java = parts.java
    this.directory = parts.directory
    this.#stack = stack
  }

  static async open(): Promise<Stage> {
    await using stack = new AsyncDisposableStack()
    const directory = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
    stack.defer(() => rmSync(directory, { recursive: true, force: true }))
    const java = await buildJava()
    const given = process.env['SLUICE_KAFKA']
    const bootstrap = given ?? stack.use(await startKafka()).addresses[0]!
    const driver = stack.use(new Driver(classPathOf(java, 'kafka'), { bootstrap, output: join(directory, 'driver.log') }))
    return new Stage({ bootstrap, driver, java, directory }, stack.move())
  }

  /** A name that no other topic, group or folder of this run has. */
  name(of: string): string {
    return `${of.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}-${++this.#names}`
  }

  folder(name: string): string {
    const path = join(this.directory, name)
    mkdirSync(path)
    return path
  }

  /** Makes records of this kind known to the driver. */
  async know(kind: RecordKind): Promise<void> {
    if (this.#kinds.has(kind.name)) return
    this.#kinds.add(kind.name)
    const file = join(this.directory, `${kind.name}.records`)
    await kind.write(file)
    await this.driver.run('records', { name: kind.name, file })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync()
  }
}

let open: Promise<Stage> | undefined

/** The stage of this run, which is set up when it is first asked for. */
export async function theStage(): Promise<Stage> {
  open ??= Stage.open()
  return open
}

/** Takes the stage down where it was set up. */
export async function closeStage(): Promise<void> {
  if (open !== undefined) await (await open)[Symbol.asyncDispose]()
  open = undefined
}
