import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorsPage } from './docs/errors-page.ts'
import { formatsPage } from './docs/formats-page.ts'

/** `npm run docs`: writes the pages of docs/ that are made from tables in the code. */
const docs = join(import.meta.dirname, '../docs')
writeFileSync(join(docs, 'errors.md'), errorsPage())
writeFileSync(join(docs, 'formats.md'), formatsPage())
