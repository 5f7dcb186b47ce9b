// Sluice inside your own program: a model in code, a stream, records in, answers out. Run it: npm exec -- node examples/library/payments.ts
// (In a project of your own, import from 'sluice'.)
import { createNode, defineModel } from '../../src/index.ts'

const risk = defineModel({
  name: 'payment-risk',
  version: '1',
  dataType: 'payment',
  inputs: { amount: 'number', country: 'category', known: 'number?' },
  score: ({ amount, country, known = 0 }) => Math.min(1, amount / 5000 + (country === 'NL' ? 0 : 0.2) - known * 0.1),
})

await using node = await createNode({ streams: [{ name: 'payments', input: 'payments', output: 'payment-risks' }], models: [risk] })
await node.send('payments', [
  { dataType: 'payment', amount: 120, country: 'NL', known: true },
  { dataType: 'payment', amount: 4100, country: 'BR' },
])
for await (const { record, score, model } of node.answers('payments', { limit: 2 })) console.log(record, score, model)
