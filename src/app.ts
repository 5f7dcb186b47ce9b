export { actions } from './app/actions.ts'
