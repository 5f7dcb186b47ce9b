/**
 * Sluice as a library: nodes, models in code, and the error class.
 *
 * @example
 * await using node = await createNode({ streams: [{ name: 'orders' }], models: [bigOrder] })
 * await node.records.append('orders', …)
 */
export { createNode, type CreateNodeOptions } from './app/create-node.ts'
export { SluiceNode } from './app/node.ts'
export { SluiceError, type ErrorCode, type ErrorScope } from './core/errors.ts'
export { defineModel } from './models/function/define-model.ts'
