import { defineModel } from '../../src/models/function/define-model.ts'

/** The cheapest model that there can be: its score is a field of the record. */
export const passThrough = defineModel({
  name: 'pass-through',
  version: '1',
  dataType: 'wine',
  inputs: ['alcohol'],
  scoreFrame: ({ matrix, rows }, scores) => {
    for (let row = 0; row < rows; row++) scores.values[row] = matrix[row]!
  },
})
