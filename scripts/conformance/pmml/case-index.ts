import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { foldersOf, isFile } from '../unpack.ts'

/** How two numbers are the same. */
export type Equivalence =
  | { readonly type: 'PMMLEquivalence'; readonly precision: number; readonly zeroThreshold: number }
  | { readonly type: 'RealNumberEquivalence' | 'FloatEquivalence'; readonly ulps: number }

/** One document with a table of records and a table of what is expected of them. */
export interface PmmlCase {
  readonly id: string
  readonly repo: string
  readonly pmml: string
  readonly input: string
  /** Where the input table differs from the CSV: one JSON record a line. May be absent. */
  readonly inputRows?: string | null
  readonly expected: string
  readonly model: string
  readonly pmmlBytes: number
  readonly rows: number
  readonly expectedRows?: number
  readonly equivalence: Equivalence | null
  readonly excluded: readonly string[]
  readonly separator?: string
  readonly reference?: boolean
  /** Why the reference engine does not pass it. */
  readonly why?: string
  readonly groupRows?: boolean | null
}

/** A call on a small document with its exact result, or the exception that the call ends with. */
export interface UnitRecord {
  readonly pmml: string
  readonly args: Readonly<Record<string, unknown>>
  readonly result: Readonly<Record<string, unknown>> | null
  readonly exception: string | null
}

/** The cases below one folder. */
export interface Suite {
  readonly folder: string
  readonly cases: readonly PmmlCase[]
  readonly units: readonly UnitRecord[]
}

/** All cases that are found in a folder, in its folders, and in its archives. */
export async function findSuites(folder: string): Promise<readonly Suite[]> {
  const suites: Suite[] = []
  for (const candidate of await foldersOf(folder)) {
    const [index, records] = [join(candidate, 'index.json'), join(candidate, 'unit', 'records.jsonl')]
    const cases = (await isFile(index)) ? casesIn(await readFile(index, 'utf8')) : []
    const units = (await isFile(records)) ? (jsonLines(await readFile(records, 'utf8')) as readonly UnitRecord[]) : []
    if (cases.length + units.length > 0) suites.push({ folder: candidate, cases, units })
  }
  return suites
}

function casesIn(text: string): readonly PmmlCase[] {
  const index = JSON.parse(text) as { cases?: readonly PmmlCase[] } | readonly PmmlCase[]
  const cases = Array.isArray(index) ? (index as readonly PmmlCase[]) : ((index as { cases?: readonly PmmlCase[] }).cases ?? [])
  return cases.filter((one) => typeof one.pmml === 'string' && typeof one.expected === 'string')
}

export function jsonLines(text: string): readonly unknown[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as unknown)
}
