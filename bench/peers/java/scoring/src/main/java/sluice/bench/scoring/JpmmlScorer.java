package sluice.bench.scoring;

import java.io.File;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.jpmml.evaluator.Evaluator;
import org.jpmml.evaluator.EvaluatorUtil;
import org.jpmml.evaluator.LoadingModelEvaluatorBuilder;

/** JPMML on wine records: the inputs of the forest are x0 to x10, its answer is y. */
final class JpmmlScorer implements Scorer {
  private final Evaluator evaluator;

  JpmmlScorer(String model) throws Exception {
    evaluator = new LoadingModelEvaluatorBuilder().load(new File(model)).build();
    evaluator.verify();
  }

  @Override
  public byte[] answer(byte[] value) {
    ByteBuffer bytes = ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN);
    Map<String, Object> row = new HashMap<>();
    int position = 0;
    while (position < value.length) {
      int tag = value[position++] & 255;
      if ((tag & 7) == 1) {
        row.put("x" + ((tag >> 3) - 1), bytes.getDouble(position));
        position += Double.BYTES;
      } else {
        position += 1 + value[position];
      }
    }
    return Answers.encode(((Number) EvaluatorUtil.decode(evaluator.evaluate(row).get("y"))).doubleValue());
  }
}
