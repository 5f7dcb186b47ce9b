import type { OnnxGraph } from './onnx-graph.ts'

/**
 * Operators of numbers that do the same work whatever the numbers are: the shapes of what they give follow from the shapes of what they
 * take. Not those that repeat, branch, or make tensors of a size that is computed (Loop, If, Range, Expand, Tile, Pad, OneHot).
 */
const STEADY = new Set(
  (
    'Identity Dropout Cast Flatten Reshape Squeeze Unsqueeze Transpose Concat Split Slice Gather Shape Constant ' +
    'Gemm MatMul Conv MaxPool AveragePool GlobalAveragePool GlobalMaxPool BatchNormalization LayerNormalization InstanceNormalization LRN ' +
    'Add Sub Mul Div Neg Abs Exp Log Sqrt Pow Reciprocal Min Max Sum Mean Clip Floor Ceil Round Sign Erf Sin Cos Tan Atan ' +
    'Relu LeakyRelu PRelu Elu Selu Celu Gelu ThresholdedRelu HardSigmoid HardSwish Mish Sigmoid Tanh Softplus Softsign Softmax LogSoftmax ' +
    'ReduceSum ReduceMean ReduceMax ReduceMin ReduceProd ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSumExp ArgMax ArgMin ' +
    'Equal Less LessOrEqual Greater GreaterOrEqual And Or Not Xor Where IsNaN IsInf ' +
    'Scaler Imputer Normalizer Binarizer LinearRegressor LinearClassifier ArrayFeatureExtractor FeatureVectorizer ZipMap'
  ).split(' '),
)

/** Whether a model takes as long for one record as for another: its operators are such, it takes numbers and brings no functions along. */
export function isSteady(graph: OnnxGraph): boolean {
  if (graph.localDomains.size > 0) return false
  return [...graph.operators].every((operator) => STEADY.has(operator))
}
