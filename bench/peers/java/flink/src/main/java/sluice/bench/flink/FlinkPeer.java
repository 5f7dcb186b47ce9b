package sluice.bench.flink;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import sluice.bench.scoring.Options;
import sluice.bench.scoring.Scorer;
import sluice.bench.scoring.Scorers;

/** Flink in one JVM with parallelism 1, objects reused, a checkpoint a second: source, map, sink in one chain. */
public final class FlinkPeer {
  private static final long CHECKPOINT_INTERVAL_MS = 1000;

  private FlinkPeer() {}

  public static void main(String[] words) throws Exception {
    Map<String, String> options = Options.parse(words);
    boolean exactlyOnce = "exactly-once".equals(options.get("guarantee"));
    StreamExecutionEnvironment environment = StreamExecutionEnvironment.createLocalEnvironment(1, new Configuration());
    environment.getConfig().enableObjectReuse();
    environment.enableCheckpointing(Long.parseLong(options.getOrDefault("checkpoint", String.valueOf(CHECKPOINT_INTERVAL_MS))));
    KafkaSource<Keyed> source =
        KafkaSource.<Keyed>builder()
            .setBootstrapServers(options.get("bootstrap"))
            .setTopics(options.get("input"))
            .setGroupId(options.get("group"))
            .setStartingOffsets(OffsetsInitializer.earliest())
            .setDeserializer(new KeyedReader())
            .build();
    Properties settings = new Properties();
    settings.put("linger.ms", options.get("linger"));
    settings.put("batch.size", "131072");
    settings.put("transaction.timeout.ms", "600000");
    KafkaSink<Keyed> sink =
        KafkaSink.<Keyed>builder()
            .setBootstrapServers(options.get("bootstrap"))
            .setKafkaProducerConfig(settings)
            .setDeliveryGuarantee(exactlyOnce ? DeliveryGuarantee.EXACTLY_ONCE : DeliveryGuarantee.AT_LEAST_ONCE)
            .setTransactionalIdPrefix(options.get("group"))
            .setRecordSerializer(new KeyedWriter(options.get("output")))
            .build();
    environment
        .fromSource(source, WatermarkStrategy.noWatermarks(), "records", Keyed.TYPE)
        .map(new Score(options))
        .returns(Keyed.TYPE)
        .sinkTo(sink);
    environment.execute();
  }

  private static final class Score extends RichMapFunction<Keyed, Keyed> {
    private static final long serialVersionUID = 1;
    private final HashMap<String, String> options;
    private transient Scorer scorer;

    Score(Map<String, String> options) {
      this.options = new HashMap<>(options);
    }

    @Override
    public void open(OpenContext context) throws Exception {
      scorer = Scorers.create(options);
    }

    @Override
    public Keyed map(Keyed record) throws Exception {
      return new Keyed(record.f0, scorer.answer(record.f1), record.f2);
    }
  }
}
