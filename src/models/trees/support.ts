import { CATBOOST_LOSSES } from '../catboost/losses.ts'
import { LIGHTGBM_OBJECTIVES } from '../lightgbm/objectives.ts'
import { XGBOOST_OBJECTIVES } from '../xgboost/objectives.ts'
import type { TreeFormat } from './tree-runtime.ts'

/** How far a part of a format of trees is supported. */
export interface TreeSupport {
  readonly format: TreeFormat
  readonly feature: string
  readonly supported: boolean
  /** How it is used, what is left out, or why it is not supported. */
  readonly note?: string
}

const names = (table: object): string => Object.keys(table).join(', ')

/** What models of trees may be: docs/formats.md is generated from it. */
export const TREE_SUPPORT: readonly TreeSupport[] = [
  { format: 'lightgbm', feature: 'text files, versions 2 to 4', supported: true, note: 'what `Booster.save_model` writes' },
  {
    format: 'lightgbm',
    feature: 'objectives',
    supported: true,
    note: `${names(LIGHTGBM_OBJECTIVES)}; sums as they are where there is none`,
  },
  {
    format: 'lightgbm',
    feature: 'missing values',
    supported: true,
    note: 'as the file says: NaN, zero_as_missing or none; default directions',
  },
  {
    format: 'lightgbm',
    feature: 'categories',
    supported: true,
    note: 'as numbers; as texts where they were pandas columns, others are missing then',
  },
  { format: 'lightgbm', feature: 'DART, GOSS, random forests, ranking, several classes', supported: true },
  { format: 'lightgbm', feature: 'linear trees', supported: false },
  {
    format: 'xgboost',
    feature: 'JSON and UBJSON files',
    supported: true,
    note: 'what `Booster.save_model` writes; all trees, also after early stopping',
  },
  { format: 'xgboost', feature: 'the binary format before version 1.0', supported: false },
  { format: 'xgboost', feature: 'objectives', supported: true, note: names(XGBOOST_OBJECTIVES) },
  { format: 'xgboost', feature: 'boosters', supported: true, note: 'gbtree and dart' },
  { format: 'xgboost', feature: 'linear boosters (gblinear)', supported: false },
  { format: 'xgboost', feature: 'missing values', supported: true, note: 'records without the field; infinite numbers are rejected' },
  {
    format: 'xgboost',
    feature: 'categories',
    supported: true,
    note: 'as numbers; as texts where the file has them (3.1 and later), others are rejected then. XGBoost 3.2 damages texts that are not ASCII: declare them',
  },
  { format: 'xgboost', feature: 'several classes and targets, also with a value for each in a leaf', supported: true },
  {
    format: 'catboost',
    feature: 'JSON files',
    supported: true,
    note: "what `save_model(…, format='json')` writes; oblivious trees and others",
  },
  {
    format: 'catboost',
    feature: 'losses',
    supported: true,
    note: `${names(CATBOOST_LOSSES)} give probabilities or the like, others the sums`,
  },
  { format: 'catboost', feature: 'missing values', supported: true, note: 'as nan_mode says; categories must not be missing' },
  { format: 'catboost', feature: 'categories', supported: true, note: 'one-hot, and statistics (CTR) of them and their combinations' },
  { format: 'catboost', feature: 'features of text and embeddings', supported: false },
]
