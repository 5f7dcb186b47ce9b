import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

/**
 * `npm run build`: the package as JavaScript in dist/ (or in --out), with the page's files and the examples that the demo plays.
 * Node does not run TypeScript below node_modules, so what is installed is the build.
 */
const root = resolve(import.meta.dirname, '..')
const { values } = parseArgs({ options: { out: { type: 'string', default: 'dist' } } })
const out = resolve(root, values.out)
const copied = ['web/**/*.{html,css,svg}', 'src/registry/gen/**/*.{js,d.ts}', 'examples/{flights,wine}/*.{gz,csv,pmml,onnx,json}']

rmSync(out, { recursive: true, force: true })
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', join(root, 'tsconfig.build.json'), '--outDir', out], { stdio: 'inherit' })
for (const file of globSync(copied, { cwd: root })) {
  mkdirSync(dirname(join(out, file)), { recursive: true })
  cpSync(join(root, file), join(out, file))
}
const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name: string; version: string }
writeFileSync(join(out, 'package.json'), `${JSON.stringify({ name, version, private: true, type: 'module' })}\n`)
