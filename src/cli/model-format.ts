import { nearest } from '../config/index.ts'
import { SluiceError } from '../core/errors.ts'
import { FORMATS } from '../core/model.ts'

/** What a file's name says of the format of the model in it. */
const FORMAT_OF_ENDING: Readonly<Record<string, string>> = {
  '.pmml': 'pmml',
  '.pfa': 'pfa',
  '.onnx': 'onnx',
  '.pb': 'tensorflow',
  '.zip': 'tensorflow-saved',
  '.tar': 'tensorflow-saved',
  '.tgz': 'tensorflow-saved',
  '.tar.gz': 'tensorflow-saved',
  '.lgb': 'lightgbm',
  '.lgbm': 'lightgbm',
  '.ubj': 'xgboost',
  '.xgb': 'xgboost',
}

/** The asked-for format of a model, else what the ending says; a folder has a saved model. Throws `cli.usage`. */
export function modelFormat(asked: string | undefined, file: string | undefined, isFolder = false): string {
  const formats: readonly string[] = FORMATS
  if (asked !== undefined) {
    if (formats.includes(asked)) return asked
    const close = nearest(asked, FORMATS)
    throw usage(`format '${asked}' is not one of ${FORMATS.join(', ')}${close === undefined ? '' : `; did you mean ${close}?`}`)
  }
  if (isFolder || /(^|\/)saved_model\.pb$/.test(file ?? '')) return 'tensorflow-saved'
  const ending = /(\.tar)?\.[a-z]+$/i.exec(file ?? '')?.[0].toLowerCase() ?? ''
  const format = FORMAT_OF_ENDING[ending]
  if (format === undefined) throw usage(`the name ${file ?? ''} does not say the format; give --format, one of ${FORMATS.join(', ')}`)
  return format
}

function usage(message: string): SluiceError {
  return new SluiceError('cli.usage', message)
}
