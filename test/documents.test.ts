import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { errorsPage } from '../scripts/docs/errors-page.ts'
import { formatsPage } from '../scripts/docs/formats-page.ts'
import { ERRORS } from '../src/core/error-table.ts'

const root = resolve(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

describe('the documents', () => {
  it('have the error table as docs/errors.md (npm run docs)', () => {
    expect(read('docs/errors.md')).toBe(errorsPage())
  })

  it('have the tables of formats as docs/formats.md (npm run docs)', () => {
    expect(read('docs/formats.md')).toBe(formatsPage())
  })

  it('name no error code that the table lacks, and the code uses every one of the table', () => {
    const sources = globSync('{src,web}/**/*.ts', { cwd: root })
      .filter((file) => !/\.test\.ts$|error-table\.ts$/.test(file))
      .map(read)
      .join('\n')
    const unused = Object.keys(ERRORS).filter((code) => !sources.includes(`'${code}'`))
    expect(unused).toEqual([])
  })

  it('link only to files that are there', () => {
    const pages = globSync(['*.md', 'docs/**/*.md', 'examples/**/*.md'], { cwd: root })
    expect(pages.length).toBeGreaterThan(5)
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map(([, target]) => target!)
        .filter((target) => !existsSync(resolve(root, dirname(page), target)))
        .map((target) => `${page}: ${target}`),
    )
    expect(broken).toEqual([])
  })

  it('tell of npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root }).map(read).join('\n')
    const named = [...pages.matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name!)
    expect(named.length).toBeGreaterThan(3)
    expect(named.filter((name) => !(name in scripts))).toEqual([])
  })
})
