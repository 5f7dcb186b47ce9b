import { createScriptedNode } from '../test/e2e/scripted-node.ts'
import { busyWorld, emptyWorld, heldWorld, longWorld, publishFlights } from '../test/e2e/scripted-scenes.ts'

/**
 * Shows the live page over a made-up node, for work on the page: `npm exec -- node scripts/preview-page.ts [busy|empty|held|long]
 * [port]`. Edit a file of web/ and reload.
 */
const WORLDS = { busy: busyWorld, empty: emptyWorld, held: heldWorld, long: longWorld }
const [scene = 'busy', port = '5599'] = process.argv.slice(2)
const world = WORLDS[scene as keyof typeof WORLDS](Date.now())
const node = createScriptedNode(world, "default-src 'self'")
await node.app.listen({ port: Number(port), host: '127.0.0.1' })
console.log(`the ${scene} page is at http://localhost:${port}`)

let third = false
setInterval(() => {
  world.pass(Date.now() - world.now)
  node.tell()
}, 500)
setTimeout(() => {
  if (scene !== 'busy' || third) return
  third = true
  world.serve('flight', publishFlights(world, 2))
}, 20_000)
