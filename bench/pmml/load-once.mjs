// Loads the document that is named with the build in a folder, scores one record, and prints as JSON what that took: for load.ts, in a
// process of its own. JavaScript, because to strip types takes memory too.
import { readFileSync } from 'node:fs'

const [built, document] = process.argv.slice(2)
const [{ createPmmlRuntime }, { FrameBuffer }, { Scores }] = await Promise.all(
  ['models/pmml/runtime.js', 'core/frame.js', 'core/scores.js'].map((file) => import(`${built}/${file}`)),
)
const [start, cpu] = [performance.now(), process.cpuUsage()]
const descriptor = { name: 'bench', version: '1', description: '', dataType: 'bench', format: 'pmml', sha256: '', metadata: {}, inputs: {} }
const model = await createPmmlRuntime().load(descriptor, readFileSync(document))
const frame = new FrameBuffer()
frame.reset(model.inputs, 1)
frame.rows = 1
frame.matrix.fill(0.5)
const scores = new Scores()
scores.reset(model.outputs, 1)
await model.score(frame, scores)
const { user, system } = process.cpuUsage(cpu)
const peak = Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1])
const wall = (performance.now() - start) / 1000
process.stdout.write(JSON.stringify({ score: scores.values[0], wall, cpu: (user + system) / 1e6, peak: peak / 1024 }))
