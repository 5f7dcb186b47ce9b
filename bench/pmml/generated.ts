import { closeSync, openSync, writeSync } from 'node:fs'

/** A forest that is written from a seed: numeric splits on `features` fields, trees of at most `depth`. */
export interface ForestShape {
  readonly trees: number
  readonly depth: number
  readonly features: number
  /** How likely a node above the last level is a leaf. */
  readonly earlyLeaves: number
}

/** Numbers in [0, 1), the same for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Writes a forest for regression, as ensembles from scikit-learn are written: an average over trees. */
export function writeForest(file: string, shape: ForestShape): void {
  const random = randomOf(shape.trees * 31 + shape.depth)
  const names = Array.from({ length: shape.features }, (_, i) => `x${i + 1}`)
  const schema = names.map((name) => `<MiningField name="${name}"/>`).join('')
  const out = openSync(file, 'w')
  let text = `<?xml version="1.0" encoding="UTF-8"?>
<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4"><Header/><DataDictionary>
${names.map((name) => `<DataField name="${name}" optype="continuous" dataType="double"/>`).join('\n')}
<DataField name="y" optype="continuous" dataType="double"/></DataDictionary>
<MiningModel functionName="regression"><MiningSchema><MiningField name="y" usageType="target"/>${schema}</MiningSchema>
<Segmentation multipleModelMethod="average">
`
  const node = (level: number, predicate: string): void => {
    const indent = '  '.repeat(level)
    if (level === shape.depth || (level > 2 && random() < shape.earlyLeaves)) {
      text += `${indent}<Node score="${(random() * 100).toFixed(12)}">${predicate}</Node>\n`
      return
    }
    text += `${indent}<Node>${predicate}\n`
    const [name, threshold] = [names[Math.floor(random() * names.length)]!, random().toFixed(15)]
    for (const operator of ['lessOrEqual', 'greaterThan'])
      node(level + 1, `<SimplePredicate field="${name}" operator="${operator}" value="${threshold}"/>`)
    text += `${indent}</Node>\n`
  }
  for (let tree = 1; tree <= shape.trees; tree++) {
    text += `<Segment id="${tree}"><True/><TreeModel functionName="regression" splitCharacteristic="binarySplit"><MiningSchema>${schema}</MiningSchema>\n`
    node(0, '<True/>')
    text += '</TreeModel></Segment>\n'
    writeSync(out, text)
    text = ''
  }
  writeSync(out, '</Segmentation></MiningModel></PMML>\n')
  closeSync(out)
}

/** Rows for it: tab-separated, with a heading. */
export function forestRows(shape: ForestShape, rows: number): string {
  const random = randomOf(7)
  const lines = [Array.from({ length: shape.features }, (_, i) => `x${i + 1}`).join('\t')]
  for (let row = 0; row < rows; row++) lines.push(Array.from({ length: shape.features }, () => random().toFixed(6)).join('\t'))
  return `${lines.join('\n')}\n`
}
