import type { Log } from '../../core/log.ts'
import { createEmbeddedLog } from '../embedded/embedded-log.ts'
import { MemoryStore } from './memory-store.ts'

/**
 * A log that lives and dies with this object: for tests and trials. A commit is atomic. Records of a compacted topic that a
 * later one replaced are removed now and then.
 */
export function createMemoryLog(): Log {
  return createEmbeddedLog('the memory log', new MemoryStore())
}
