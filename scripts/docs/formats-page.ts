import { FORMATS } from '../../src/core/model.ts'
import { ONNX_SUPPORT } from '../../src/models/onnx/support.ts'
import { CONTROL_FLOW_OPS } from '../../src/models/tensorflow/graph/control-flow.ts'
import { OP_GROUPS } from '../../src/models/tensorflow/ops/index.ts'
import { TREE_SUPPORT } from '../../src/models/trees/support.ts'
import { PMML_SUPPORT } from '../../src/models/pmml/support.ts'

const HERE: Partial<Record<(typeof FORMATS)[number], string>> = {
  pmml: 'PMML 3.0 to 4.4.1, all kinds of model whose scoring it defines; see below',
  lightgbm: 'text files; see below',
  xgboost: 'JSON and UBJSON; see below',
  catboost: 'JSON; see below',
  pfa: 'version 0.8.1, whole: JSON, YAML and PrettyPFA documents; see below',
  tensorflow: 'frozen graphs (GraphDef), converted to ONNX; see below',
  'tensorflow-saved': 'saved models as zip, tar, tar.gz or folder, converted to ONNX; see below',
  onnx: 'through ONNX Runtime in worker threads, small models without; see below',
  function: 'models in code (`defineModel`), linked into the program; see below',
}

/** docs/formats.md, from the tables that the code uses. */
export function formatsPage(): string {
  return [
    '# Formats',
    '',
    'What can be loaded, and how far each format goes. What is not supported is refused when the model is loaded, by name, and the version before',
    'it keeps serving. The tables are made from those in the code by `npm run docs`.',
    '',
    '| format | supported |',
    '|---|---|',
    ...FORMATS.map(
      (format) => `| \`${format}\` | ${HERE[format] ?? 'not yet: a descriptor of this format is refused with `model.format.unknown`'} |`,
    ),
    '',
    '## How record fields find model inputs',
    '',
    'By the mapping that the descriptor declares (`sluice models publish --input model-input=record-field`) or the stream does (`inputs`), else by the same',
    "name, else by the only name that differs just in case, spaces and punctuation (`fixed acidity` and `fixed_acidity`). Inputs without names (an ONNX tensor's",
    "columns) are taken from a protobuf record's numeric fields in their order; for JSON records they must be declared, or named by the model's metadata",
    '`feature_names`. A whole tensor may be fed by one list of numbers: of the name of the tensor, or declared for it (see [records](records.md)).',
    '',
    '## Outputs',
    '',
    'The first output is the score: a number or a label. Further outputs (probabilities, what a PMML document declares) are part of the answer under their names.',
    '',
    '## PMML',
    '',
    'Documents of version 3.0 to 4.4, read by a streaming parser that refuses DOCTYPE and keeps limits on depth and size.',
    '',
    ...pmmlTables(),
    '## PFA',
    '',
    'Documents of version 0.8.1 in JSON, YAML or PrettyPFA, with all special forms and library functions. They compile to JavaScript and score one record after the',
    "other. The fields of an input record are the model's inputs (any other input type is one input, `input`; a map takes the whole record where it has no such",
    'field). The fields of an output record are the outputs, any other output type is one, `score`; arrays, maps and the like are labels, written as JSON. An engine',
    'that emits answers with what it emitted last for a record, and a record for which it emits nothing is rejected; one that folds answers with its tally. An error',
    'that a document raises rejects the record, with its code, and cells and pools that roll back are then as before. Cells and pools are kept from record to record, in each',
    'partition by itself or for each key (`sluice.state`), through restarts too: see [state.md](state.md). Documents may also stand before and after a model of',
    'any other format: see [transforms.md](transforms.md).',
    "A record may take as long as the document's `timeout` says, and 10 seconds at most. Cells with the source `json` or `avro` are refused: a document reads no files.",
    '',
    '## ONNX',
    '',
    '| | | supported | |',
    '|---|---|---|---|',
    ...ONNX_SUPPORT.map(({ kind, feature, supported, note = '' }) => `| ${kind} | ${feature} | ${supported ? 'yes' : 'no'} | ${note} |`),
    '',
    'A model that is one ensemble of trees (TreeEnsembleRegressor, TreeEnsembleClassifier, TreeEnsemble), with a Scaler or Imputer in front or without, is scored by our own scorer, with the',
    'same float32 results and without a thread between; metadata `engine=onnxruntime` leaves it to ONNX Runtime.',
    '',
    'A model of numbers that was seen to take at most 2 us a record when it was loaded, and that takes as long for one record as for another (no loops, branches or',
    'tensors of a computed size), is run in the thread of the event loop, where it takes less time than its way to a worker thread and back would.',
    '',
    '## TensorFlow',
    '',
    'A frozen graph (GraphDef), or a saved model of TensorFlow 1, 2 or Keras 3 as a zip, tar or tar.gz of its folder, is converted to ONNX in memory and run by ONNX',
    'Runtime; no TensorFlow is needed. Variables, lookup tables and vocabulary files come with it; functions are put in where they are called, `While` and `If` become',
    '`Loop` and `If`. What is said above of inputs and outputs of ONNX models holds.',
    '',
    'A folder with `saved_model.pb` is a model too: `sluice models publish <folder>` packs it, and so does a node whose location it is (below `models.directory`). The sha256 is that',
    'of a tar archive of its files in the order of their paths, without times and owners; links out of it are refused.',
    '',
    'Metadata of a descriptor that matters, besides that of ONNX models:',
    '',
    '- `signature`: the signature of a saved model; `serving_default`, or the first, by default',
    '- `tags`: the graph of a saved model that has these tags, with commas between; `serve` by default',
    '- `graph_inputs`, `graph_outputs`: nodes of a frozen graph, with commas between; its placeholders and its ends by default',
    '- `engine=tensorflow`: TensorFlow itself runs the model, through its C API in worker threads, with every op that it has. For that, `npm run fetch -- tensorflow` fetches its',
    '  libraries (0.9 GB), and `SLUICE_TENSORFLOW` names their folder, which also is the leave for it; ops that reach files, the network or other programs are refused by name. To',
    '  TensorFlow a model is a program: run only such models so as you trust',
    '',
    'Texts are split, hashed and changed before the graph runs, where they come from the inputs through such ops alone. Without TensorFlow itself, an op that is not in this table is refused by name where the outputs need it.',
    '',
    '| ops | | left out |',
    '|---|---|---|',
    ...Object.entries(OP_GROUPS).map(([group, ops]) => {
      const notes = Object.entries(ops).flatMap(([name, { note }]) => (note === undefined ? [] : [`${name}: ${note}`]))
      return `| ${group} | ${Object.keys(ops).sort().join(', ')} | ${notes.join('; ')} |`
    }),
    `| calls and control flow | ${CONTROL_FLOW_OPS.join(', ')}, and the loops of TensorFlow 1 | Switch with a computed condition |`,
    '',
    '## LightGBM, XGBoost, CatBoost',
    '',
    'Scores are those of the library: the same comparisons, in double or single precision as it has them, and the same order of summation. The first output is what its',
    '`predict` gives, as `score`; with more than two classes, or names for two, `label`, and the classes as `probability(<class>)`. Metadata of a descriptor that matters:',
    '',
    '- `raw=true`: the sums of the trees, before they become probabilities or the like',
    '- `output=<name>`: the output that is the score',
    '- `feature_names`: names of the inputs, where the file has none (`f0`, `Column_0`) or others',
    '- `categories`: the texts of categories by feature, as JSON, where the file does not have them: `{"city":["Basel","Bern"]}` (LightGBM, XGBoost)',
    '',
    '| format | | supported | |',
    '|---|---|---|---|',
    ...TREE_SUPPORT.map(
      ({ format, feature, supported, note = '' }) => `| \`${format}\` | ${feature} | ${supported ? 'yes' : 'no'} | ${note} |`,
    ),
    '',
    '## Models in code',
    '',
    '`defineModel({ name, version, dataType, inputs, score })` makes a model of a function of one row, or (`scoreFrame`) of a whole frame. It is given to',
    '`createNode({ models })`, or exported by the module that `models.definitions` names. What travels on the models topic is its `name@version`; every node that is to',
    'serve it has it linked in.',
    '',
  ].join('\n')
}

function pmmlTables(): string[] {
  const kinds = [...new Set(PMML_SUPPORT.map((entry) => entry.kind))]
  return kinds.flatMap((kind) => {
    const rows = PMML_SUPPORT.filter((entry) => entry.kind === kind).map(
      ({ element, supported, note = '' }) => `| ${element} | ${supported ? 'yes' : 'no'} | ${note} |`,
    )
    return [`| ${kind} | supported | |`, '|---|---|---|', ...rows, '']
  })
}
