export { actions } from './app/actions.ts'
export { type NodeOptions, SluiceNode } from './app/node.ts'
