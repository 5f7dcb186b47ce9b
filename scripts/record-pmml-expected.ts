import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { CASE_ROWS } from '../test/fixtures/pmml-cases/document.ts'
import { PMML_CASES } from '../test/fixtures/pmml-cases/index.ts'
import { WINE_COLUMNS, WINE_DOCUMENTS, wineFolder, wineRows } from '../test/fixtures/wine-quality.ts'

/**
 * Records what the reference engine answers, into test/fixtures/pmml-expected: for the tutorial's documents on its table, and for the
 * small documents of test/fixtures/pmml-cases. Needs Java 17, Maven and the shared folder. Run it when the documents change:
 * `npm exec -- node scripts/record-pmml-expected.ts`.
 */

const ENGINE = 'org.jpmml:pmml-evaluator-metro:1.7.7'
const PROJECT = new URL('../test/fixtures/pmml-reference/pom.xml', import.meta.url).pathname
const EXPECTED = new URL('../test/fixtures/pmml-expected/', import.meta.url)

const work = mkdtempSync(join(tmpdir(), 'sluice-pmml-reference-'))
try {
  const run = buildReference()
  writeFileSync(new URL('wine.json.gz', EXPECTED), gzipSync(JSON.stringify({ engine: ENGINE, documents: recordWine(run) })))
  writeFileSync(new URL('cases.json.gz', EXPECTED), gzipSync(JSON.stringify({ engine: ENGINE, documents: recordCases(run) })))
} finally {
  rmSync(work, { recursive: true })
}

/** Evaluates documents on rows, tab-separated with a heading; answers the lines of each document's result. */
type Run = (rows: readonly string[], documents: readonly string[]) => readonly (readonly string[])[]

function buildReference(): Run {
  const classPathFile = join(work, 'class-path')
  const build = join(work, 'build')
  const goals = ['compile', 'dependency:build-classpath', `-Dmdep.outputFile=${classPathFile}`, `-Dsluice.build=${build}`]
  execFileSync('mvn', ['-q', '-B', '-f', PROJECT, ...goals], { stdio: 'inherit' })
  const classPath = `${join(build, 'classes')}:${readFileSync(classPathFile, 'utf8').trim()}`
  return (rows, documents) => {
    const table = join(work, 'rows.tsv')
    const results = join(work, 'results')
    mkdirSync(results, { recursive: true })
    writeFileSync(table, `${rows.join('\n')}\n`)
    execFileSync('java', ['-cp', classPath, 'sluice.reference.Evaluate', results, table, ...documents], {
      stdio: ['ignore', 'inherit', 'ignore'],
    })
    return documents.map((document) => linesOf(join(results, `${document.slice(document.lastIndexOf('/') + 1)}.tsv`)))
  }
}

function linesOf(file: string): readonly string[] {
  return readFileSync(file, 'utf8').replace(/\n$/, '').split('\n')
}

function recordWine(run: Run): Record<string, readonly string[]> {
  const rows = [WINE_COLUMNS.join('\t'), ...wineRows().map((row) => row.join('\t'))]
  const results = run(
    rows,
    WINE_DOCUMENTS.map((name) => join(wineFolder(), name)),
  )
  return Object.fromEntries(WINE_DOCUMENTS.map((name, i) => [name, results[i]!]))
}

function recordCases(run: Run): Record<string, readonly string[]> {
  const names = Object.keys(PMML_CASES)
  const documents = names.map((name) => join(work, `${name}.pmml`))
  for (const [i, document] of documents.entries()) writeFileSync(document, PMML_CASES[names[i]!]!)
  const fields = ['x', 'i', 'j', 's', 'd'] as const
  const rows = [fields.join('\t'), ...CASE_ROWS.map((row) => fields.map((name) => row[name] ?? '').join('\t'))]
  const results = run(rows, documents)
  return Object.fromEntries(names.map((name, i) => [name, results[i]!]))
}
