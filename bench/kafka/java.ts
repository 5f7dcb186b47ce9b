import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from '../../test/setup/cache.ts'
import { run } from '../../test/setup/run.ts'

const SOURCES = join(import.meta.dirname, '../peers/java')

/** The folder with what bench/peers/java is built to, in the cache: built by Maven where it is not there for these sources. Needs Java 17. */
export async function buildJava(): Promise<string> {
  const hash = createHash('sha256')
  for (const file of readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(SOURCES, file)
    if (statSync(path).isFile()) hash.update(file).update(readFileSync(path))
  }
  return cached(`peers-java-${hash.digest('hex').slice(0, 16)}`, (directory) =>
    run('mvn', ['-q', '-B', '-f', join(SOURCES, 'pom.xml'), `-Dsluice.build=${directory}`, 'package']),
  )
}

/** The class path of a module of `buildJava`. */
export function classPathOf(built: string, module: 'kafka' | 'flink'): string {
  return join(built, module, 'libs', '*')
}
