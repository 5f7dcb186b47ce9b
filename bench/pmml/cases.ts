import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { forestRows, type ForestShape, writeForest } from './generated.ts'

/** How many times as many records a CPU second should answer as the peer. */
export interface Family {
  readonly name: string
  readonly goal: number
  /** Cases of the conformance archive, `repository/case`. */
  readonly archived: readonly string[]
  readonly generated?: readonly ForestShape[]
}

const shape = (trees: number, depth: number): ForestShape => ({ trees, depth, features: 12, earlyLeaves: 0.1 })

export const FAMILIES: readonly Family[] = [
  {
    name: 'single tree',
    goal: 10,
    archived: [
      'jpmml-evaluator-rattle/DecisionTreeAudit',
      'jpmml-transpiler/DecisionTreeAudit',
      'jpmml-transpiler/DecisionTreeAuto',
      'jpmml-r/RPartWineQualityNA',
    ],
  },
  { name: 'forest of 10', goal: 10, archived: ['jpmml-sklearn/RandomForestAudit~1'], generated: [shape(10, 8)] },
  { name: 'forest of 100', goal: 10, archived: ['jpmml-evaluator-rattle/RandomForestAuto'], generated: [shape(100, 8)] },
  { name: 'forest of 500', goal: 10, archived: ['jpmml-r/RandomForestWineQuality', 'jpmml-r/RandomForestCustFormulaAudit'] },
  { name: 'forest of 3,800', goal: 10, archived: [], generated: [shape(3800, 6)] },
  {
    name: 'boosted trees',
    goal: 15,
    archived: [
      'jpmml-lightgbm/RegressionVisit',
      'jpmml-lightgbm/ClassificationAuditNA',
      'jpmml-xgboost/BinomialClassificationAudit~1',
      'jpmml-sklearn/HistGradientBoostingAudit',
      'jpmml-h2o/GBMPoissonVisit',
    ],
  },
  {
    name: 'neural network',
    goal: 5,
    archived: [
      'jpmml-sparkml/NeuralNetworkAudit',
      'jpmml-sklearn/MLPHousing',
      'jpmml-r/NNWineQuality',
      'jpmml-evaluator-rattle/NeuralNetworkAudit',
    ],
  },
  { name: 'logistic', goal: 3, archived: ['jpmml-transpiler/LogisticRegressionAudit', 'jpmml-h2o/GLMAudit', 'jpmml-r/GLMFormulaAudit'] },
  {
    name: 'linear',
    goal: 3,
    archived: ['jpmml-evaluator-rapidminer/RegressionAuto', 'jpmml-statsmodels/OLSElasticNetAuto', 'jpmml-r/ElNetWineQuality'],
  },
  {
    name: 'scorecard',
    goal: 3,
    archived: ['jpmml-sklearn-extension/ScaledScorecardAudit', 'jpmml-sklearn-extension/ScaledScorecardAutoNA'],
  },
  { name: 'naive Bayes', goal: 3, archived: ['jpmml-evaluator-rattle/NaiveBayesAudit', 'jpmml-sklearn/GaussianNBAudit'] },
  { name: 'k-NN', goal: 3, archived: ['jpmml-sklearn/KNNIris', 'jpmml-sklearn/KNNHousing', 'jpmml-sklearn/NearestCentroidAuditDict'] },
  { name: 'SVM', goal: 3, archived: ['jpmml-evaluator-rattle/LibSVMAudit', 'jpmml-sklearn/SVCAudit', 'jpmml-sklearn/SVRHousing'] },
  {
    name: 'text',
    goal: 3,
    archived: [
      'jpmml-transpiler/LogisticRegressionSentiment',
      'jpmml-sklearn/LinearSVCSentiment',
      'jpmml-sklearn/RandomForestSentiment',
      'jpmml-sklearn/CategoricalNBSentiment',
    ],
  },
]

/** A document and rows for it: tab-separated with a heading, empty cells missing. */
export interface BenchCase {
  readonly name: string
  readonly document: string
  readonly rows: string
  /** How far apart the two engines' numbers may be, relatively. */
  readonly tolerance: number
}

interface ArchivedCase {
  readonly id: string
  readonly repo: string
  readonly pmml: string
  readonly input: string
  readonly separator?: string
}

/** The cases of a family; `archive` holds the unpacked archive, and what is made goes into `folder`. */
export function casesOf(family: Family, places: { archive: string; folder: string; quick: boolean }): readonly BenchCase[] {
  const { archive, folder, quick } = places
  const index = (JSON.parse(readFileSync(join(archive, 'index.json'), 'utf8')) as { cases: readonly ArchivedCase[] }).cases
  const archived = family.archived.map((id) => {
    const found = index.find((one) => one.id === id)
    if (found === undefined) throw new Error(`the archive has no case ${id}`)
    const document = join(archive, found.repo, found.pmml)
    const rows = join(folder, `${id.replaceAll('/', '-')}.tsv`)
    writeFileSync(rows, toTabs(readFileSync(join(archive, found.repo, found.input), 'utf8'), found.separator ?? ',', quick ? 300 : 2000))
    const single = readFileSync(document, 'utf8').includes('x-mathContext="float"')
    return { name: id, document, rows, tolerance: single ? 1e-5 : 1e-9 }
  })
  const generated = (family.generated ?? []).map((one) => {
    const name = `generated-${one.trees}x${one.depth}`
    const [document, rows] = [join(folder, `${name}.pmml`), join(folder, `${name}.tsv`)]
    writeForest(document, one)
    writeFileSync(rows, forestRows(one, quick ? 200 : 1000))
    return { name, document, rows, tolerance: 1e-9 }
  })
  return [...archived, ...generated]
}

function toTabs(csv: string, separator: string, most: number): string {
  const lines = csv.split(/\r?\n/).filter((line) => line !== '')
  const rows = lines.slice(0, most + 1).map((line, i) => {
    const cells = split(line, separator).map((cell) => (i > 0 && (cell === 'NA' || cell === 'N/A') ? '' : cell))
    return cells.map((cell) => cell.replaceAll('\t', ' ')).join('\t')
  })
  return `${rows.join('\n')}\n`
}

/** The cells of a line; a cell in double quotes may hold the separator, and a quote twice. */
function split(line: string, separator: string): string[] {
  const cells: string[] = []
  let at = 0
  while (at <= line.length) {
    if (line[at] === '"') {
      let cell = ''
      for (at++; at < line.length; at++) {
        if (line[at] === '"' && line[at + 1] === '"') cell += line[at++]!
        else if (line[at] === '"') break
        else cell += line[at]!
      }
      cells.push(cell)
      at += 1 + separator.length
    } else {
      const end = line.indexOf(separator, at)
      cells.push(line.slice(at, end < 0 ? undefined : end))
      at = end < 0 ? line.length + 1 : end + separator.length
    }
  }
  return cells
}
