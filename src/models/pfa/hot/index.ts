import { HOT_ARRAYS } from './arrays.ts'
import { HOT_CLUSTERS } from './clusters.ts'
import type { HotFunction, HotTable } from './hot-function.ts'
import { HOT_STATISTICS } from './statistics.ts'
import { HOT_TREES } from './trees.ts'

const TABLES: readonly HotTable[] = [HOT_ARRAYS, HOT_CLUSTERS, HOT_STATISTICS, HOT_TREES]

const BY_NAME: ReadonlyMap<string, HotFunction> = new Map(TABLES.flatMap((table) => Object.entries(table)))

/** How a library function is written out where it is called, for those where that pays. */
export function hotFunction(name: string): HotFunction | undefined {
  return BY_NAME.get(name)
}
