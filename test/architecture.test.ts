import { globSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = resolve(import.meta.dirname, '..')

interface Rule {
  readonly rooms: readonly string[]
  readonly packages: readonly string[]
}

/** The table of ARCHITECTURE.md: room -> what it may import. */
function readTable(): Map<string, Rule> {
  const [, section] = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8').split('## Who may import whom')
  const rows = [...section!.split('\n## ')[0]!.matchAll(/^\| ([a-z]+) \|([^|]*)\|([^|]*)\|$/gm)]
  const list = (cell: string): string[] => cell.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()]))
  return new Map(
    rows
      .filter(([, room]) => room !== 'room')
      .map(([, room, rooms, packages]) => [room!, { rooms: list(rooms!), packages: list(packages!) }]),
  )
}

/** The specifiers that a module imports or re-exports, types included. */
function importsOf(source: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')
  return [...code.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*['"]([\w@./:-]+)['"]/g)].map(([, specifier]) => specifier!)
}

function roomOf(file: string): string {
  const [top, second] = relative(root, file).split('/')
  return top === 'src' ? second!.replace(/\.ts$/, '') : top!
}

const table = readTable()
const files = globSync(['src/**/*.ts', 'web/**/*.ts'], { cwd: root })
  .filter((file) => !/\.test\.ts$|\/(?:fixtures|testing)\/|fixtures?\.ts$|\/gen\//.test(file))
  .map((file) => join(root, file))

/** `file imports specifier` for each import that the table does not allow. */
function violations(room: string, { rooms, packages }: Rule): string[] {
  const wrong: string[] = []
  for (const file of files.filter((candidate) => roomOf(candidate) === room)) {
    for (const specifier of importsOf(readFileSync(file, 'utf8'))) {
      const allowed = specifier.startsWith('.')
        ? [room, ...rooms].includes(roomOf(resolve(file, '..', specifier)))
        : packages.includes(packageOf(specifier))
      if (!allowed && !isEntry(file, specifier)) wrong.push(`${relative(root, file)} imports ${specifier}`)
    }
  }
  return wrong
}

/** `@scope/name/part` -> `@scope/name`; all of Node's own modules are `node`. */
function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return 'node'
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')
}

/** The command line's entry loads the app for the commands that start a node. */
function isEntry(file: string, specifier: string): boolean {
  return relative(root, file) === 'src/cli/main.ts' && specifier === '../app.ts'
}

describe('the house', () => {
  it('has a row in the table for every room, and a room for every row', () => {
    const rooms = new Set(files.map(roomOf).filter((room) => room !== 'index'))
    expect([...table.keys()].toSorted()).toEqual([...rooms].toSorted())
  })

  it('reads imports of every form', () => {
    const source = `import a from './a.ts'\nimport type { B } from 'b'\nexport * from "x"\nexport { c } from './c.ts'\nawait import('../d.ts')\nimport './e.ts'\n// from './no.ts'`
    expect(importsOf(source)).toEqual(['./a.ts', 'b', 'x', './c.ts', '../d.ts', './e.ts'])
    expect(importsOf(readFileSync(join(root, 'src/app/node.ts'), 'utf8'))).toContain('../core/log.ts')
  })

  for (const [room, rule] of table) {
    it(`lets ${room} import only what the table allows`, () => {
      expect(files.some((file) => roomOf(file) === room)).toBe(true)
      expect(violations(room, rule)).toEqual([])
    })
  }

  it('shows logs and runtimes to neither the API nor the command line, the demo or the page', () => {
    const wrong = files
      .filter((file) => ['api', 'cli', 'demo', 'web'].includes(roomOf(file)))
      .flatMap((file) =>
        importsOf(readFileSync(file, 'utf8')).filter(
          (specifier) => /core\/log\.ts$|\/(?:logs|models)\//.test(specifier) && specifier.includes('../core'),
        ),
      )
    expect(wrong).toEqual([])
  })

  it('shows the command line and the page nothing of the API but its contract', () => {
    const wrong = files
      .filter((file) => ['cli', 'web'].includes(roomOf(file)))
      .flatMap((file) =>
        importsOf(readFileSync(file, 'utf8')).filter((specifier) => specifier.includes('/api/') && !specifier.includes('/api/contract/')),
      )
    expect(wrong).toEqual([])
  })

  it('keeps every file within 400 lines', () => {
    const all = globSync(['{src,web,test,bench,scripts,examples}/**/*.ts'], { cwd: root }).filter((file) => !file.includes('/gen/'))
    const long = all.filter((file) => readFileSync(join(root, file), 'utf8').split('\n').length > 401)
    expect(long).toEqual([])
  })
})
