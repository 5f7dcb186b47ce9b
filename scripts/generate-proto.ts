import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'

/**
 * `npm run proto`: writes what is made from proto/: the TypeScript of ModelDescriptor, and the descriptor set of the wine records.
 */
const root = resolve(import.meta.dirname, '..')
const bin = resolve(root, 'node_modules/.bin')

const template = {
  version: 'v2',
  plugins: [
    { local: resolve(bin, 'protoc-gen-es'), out: resolve(root, 'src/registry/gen'), opt: ['target=js+dts', 'import_extension=js'] },
  ],
}
const buf = (...args: string[]): Buffer =>
  execFileSync(resolve(bin, 'buf'), args, { cwd: resolve(root, 'proto'), stdio: ['ignore', 'pipe', 'inherit'] })

buf('generate', '--template', JSON.stringify(template), '--path', 'sluice/model_descriptor.proto')
writeFileSync(
  resolve(root, 'examples/wine.binpb'),
  buf('build', '--path', 'examples/wine.proto', '--exclude-source-info', '-o', '-#format=binpb'),
)
