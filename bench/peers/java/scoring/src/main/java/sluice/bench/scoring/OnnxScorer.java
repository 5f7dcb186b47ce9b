package sluice.bench.scoring;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/** ONNX Runtime on one thread, for models with one input and one output of floats. */
final class OnnxScorer implements Scorer {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final RecordReader reader;
  private final String input;
  private final long[] shape;
  private float[] rows;

  OnnxScorer(String model, RecordReader reader) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    options.setInterOpNumThreads(1);
    session = environment.createSession(model, options);
    this.reader = reader;
    rows = new float[reader.width()];
    NodeInfo info = session.getInputInfo().values().iterator().next();
    input = info.getName();
    shape = ((TensorInfo) info.getInfo()).getShape();
  }

  @Override
  public byte[] answer(byte[] value) throws Exception {
    return answers(List.of(value))[0];
  }

  @Override
  public byte[][] answers(List<byte[]> values) throws Exception {
    int width = reader.width();
    if (rows.length < values.size() * width) rows = new float[values.size() * width];
    for (int i = 0; i < values.size(); i++) reader.read(values.get(i), rows, i * width);
    shape[0] = values.size();
    FloatBuffer data = FloatBuffer.wrap(rows, 0, values.size() * width);
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, data, shape);
        OrtSession.Result result = session.run(Map.of(input, tensor))) {
      FloatBuffer scored = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] scores = new float[scored.remaining()];
      scored.get(scores);
      int outputs = scores.length / values.size();
      byte[][] answers = new byte[values.size()][];
      for (int i = 0; i < answers.length; i++) answers[i] = Answers.encode(scores, i * outputs, outputs);
      return answers;
    }
  }
}
