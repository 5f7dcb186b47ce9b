import type { Command } from 'commander'
import type { Attach } from '../context.ts'
import { describe } from '../help.ts'
import { addChange } from './models-change.ts'
import { addLook } from './models-look.ts'
import { addPublish } from './models-publish.ts'

export function addModels(program: Command, attach: Attach): void {
  const models = program.command('models')
  describe(models, {
    asksNode: true,
    summary: 'Publish models, see which one serves, go back to an earlier one.',
    paragraph:
      'A model is named name@version and serves the records of one data type. Versions never change: other bytes need another version.',
    examples: [
      { what: 'Which model serves what', line: 'sluice models list' },
      { what: 'The versions for flights, newest first', line: 'sluice models history flight' },
      { what: 'Back to the version before', line: 'sluice models rollback flight' },
    ],
  })
  addPublish(models, attach)
  addLook(models, attach)
  addChange(models, attach)
}
