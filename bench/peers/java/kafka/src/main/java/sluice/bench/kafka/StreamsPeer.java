package sluice.bench.kafka;

import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import sluice.bench.scoring.Options;
import sluice.bench.scoring.Scorer;
import sluice.bench.scoring.Scorers;

/** Kafka Streams with one thread: a topology of one mapValues, at least once or exactly once. */
public final class StreamsPeer {
  private StreamsPeer() {}

  public static void main(String[] words) throws Exception {
    Map<String, String> options = Options.parse(words);
    Scorer scorer = Scorers.create(options);
    StreamsBuilder builder = new StreamsBuilder();
    builder
        .stream(options.get("input"), Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
        .mapValues(value -> answer(scorer, value))
        .to(options.get("output"), Produced.with(Serdes.ByteArray(), Serdes.ByteArray()));
    KafkaStreams streams = new KafkaStreams(builder.build(), settings(options));
    streams.setUncaughtExceptionHandler(
        error -> {
          error.printStackTrace();
          return StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    streams.start();
    new CountDownLatch(1).await();
  }

  private static byte[] answer(Scorer scorer, byte[] value) {
    try {
      return scorer.answer(value);
    } catch (Exception error) {
      throw new IllegalStateException(error);
    }
  }

  private static Properties settings(Map<String, String> options) {
    Properties settings = new Properties();
    settings.put(StreamsConfig.APPLICATION_ID_CONFIG, options.get("group"));
    settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, options.get("bootstrap"));
    settings.put(StreamsConfig.STATE_DIR_CONFIG, options.get("directory"));
    settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    if ("exactly-once".equals(options.get("guarantee"))) {
      settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    }
    settings.put("auto.offset.reset", "earliest");
    settings.put(StreamsConfig.producerPrefix("linger.ms"), options.get("linger"));
    settings.put(StreamsConfig.producerPrefix("batch.size"), 131072);
    return settings;
  }
}
