import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import { cached } from '../cache.ts'
import { run } from '../run.ts'

/** The version that pom.xml names. */
export const KAFKA_VERSION = '4.4.0'

/**
 * The folder with the jars of a Kafka broker, fetched from Maven Central through Maven where the cache has none (43 MB).
 * Needs `mvn` and Java 17 on the PATH.
 */
export async function fetchKafka(): Promise<string> {
  return cached(`kafka-${KAFKA_VERSION}`, async (directory) => {
    const pom = fileURLToPath(new URL('pom.xml', import.meta.url))
    await run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${directory}`, '-DincludeScope=runtime'])
    const jars = await readdir(directory)
    if (!jars.includes(`kafka_2.13-${KAFKA_VERSION}.jar`)) throw new Error(`mvn left no kafka_2.13-${KAFKA_VERSION}.jar in ${directory}`)
  })
}

/** What java is given to find every jar of the folder. */
export function classPath(libraries: string): string {
  return join(libraries, '*')
}
