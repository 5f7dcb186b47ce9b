import { testEndToEnd } from '../contracts/end-to-end.ts'
import { createMemoryWorld, createSqliteWorld } from '../system/embedded-world.ts'

testEndToEnd('The memory log', createMemoryWorld)
testEndToEnd('The SQLite log', createSqliteWorld)
