const FORMATS: Readonly<Record<string, string>> = { pmml: 'pmml', xml: 'pmml', onnx: 'onnx' }

/** What a model file's name tells of its name and format; empty where it tells nothing. */
export function guessModel(fileName: string): { readonly name: string; readonly format: string } {
  const dot = fileName.lastIndexOf('.')
  const stem = dot > 0 ? fileName.slice(0, dot) : fileName
  return { name: stem.replaceAll(/[@/\s]+/g, '-'), format: FORMATS[fileName.slice(dot + 1).toLowerCase()] ?? '' }
}
