export { checkFiles } from './check-files.ts'
export { effectiveSettings, effectiveSources, effectiveYaml } from './effective.ts'
export { type ConfigFlag, loadConfig, loadConfigWithSources, type LoadedConfig } from './load-config.ts'
export { logText } from './log-address.ts'
export { nearest } from './nearest.ts'
export { readPolicy } from './policies-schema.ts'
export type { Config, StreamConfig } from './schema.ts'
export {
  type AliasMessage,
  type ControlMessage,
  type PolicyMessage,
  readControlMessage,
  readReward,
  type Reward,
} from './control-message.ts'
