import type { Command } from 'commander'
import { keyValue, list, oneCharacter } from '../parse-values.ts'

/** Adds the options that say how CSV is to be read (`CsvOptions`). */
export function withCsvOptions(command: Command): Command {
  return command
    .optionsGroup('Options for CSV:')
    .option('--delimiter <char>', 'what stands between cells; guessed from the first line where absent', oneCharacter)
    .option('--columns <names>', 'the names of the columns, for a file without a header line: a,b,c', list)
    .option('--header', 'with --columns: there is a header line all the same, leave it out')
    .option('--no-header', 'there is no header line: columns are called column1, column2 …')
    .option('--add <field=value>', 'a field for every record, such as its data type; as often as needed', keyValue('field=value'))
    .option('--text <columns>', 'columns that stay text, even where they look like numbers: a,b', list)
    .option('--missing <text>', 'a cell with this text is missing, as an empty one is: NA')
}
