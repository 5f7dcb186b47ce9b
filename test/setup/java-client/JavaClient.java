import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's own Java client, driven over standard input and output: one JSON command a line in, JSON lines out. Each command has an `id`, which its
 * answers carry; the last of them has `done` or `error`. Lines without an id are events of group members. Ends with its input. See java-client.ts.
 */
public final class JavaClient {
  // Readers of lines take more characters than one for the end of a line.
  private static final ObjectMapper JSON = JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
  private static final PrintStream OUT = new PrintStream(System.out, false, StandardCharsets.UTF_8);
  private static final Base64.Encoder ENCODER = Base64.getEncoder();
  private static final Map<String, KafkaProducer<byte[], byte[]>> PRODUCERS = new HashMap<>();
  private static final Map<String, Member> MEMBERS = new HashMap<>();
  private static final long WHOLE_LIMIT_MS = 120_000;
  private static String brokers;

  public static void main(String[] args) throws Exception {
    // What the client logs must not get between the answers.
    System.setOut(System.err);
    brokers = args[0];
    say(JSON.createObjectNode().put("event", "ready"));
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode command = JSON.readTree(line);
      ObjectNode answer = JSON.createObjectNode().put("id", command.path("id").asInt());
      try {
        answer.set("done", run(command));
      } catch (Exception error) {
        Throwable cause = error instanceof java.util.concurrent.ExecutionException ? error.getCause() : error;
        answer.put("error", cause.getClass().getSimpleName() + ": " + cause.getMessage());
      }
      say(answer);
    }
    Runtime.getRuntime().halt(0);
  }

  private static JsonNode run(JsonNode command) throws Exception {
    String name = command.path("name").asText();
    switch (command.path("op").asText()) {
      case "open-producer" -> {
        var producer = new KafkaProducer<>(properties(command), new ByteArraySerializer(), new ByteArraySerializer());
        PRODUCERS.put(name, producer);
        if (command.path("config").has("transactional.id")) producer.initTransactions();
      }
      case "produce" -> {
        return produce(producer(name), command.path("records"));
      }
      case "begin" -> producer(name).beginTransaction();
      case "commit" -> producer(name).commitTransaction();
      case "abort" -> producer(name).abortTransaction();
      case "close-producer" -> PRODUCERS.remove(name).close(Duration.ofSeconds(10));
      case "consume" -> {
        return consume(command);
      }
      case "join" -> MEMBERS.put(name, new Member(name, command));
      case "leave" -> MEMBERS.remove(name).leave();
      case "add-partitions", "allow" -> {
        try (var admin = Admin.create(properties(command))) {
          if (command.path("op").asText().equals("allow")) admin.createAcls(acls(command)).all().get();
          else admin.createPartitions(Map.of(name, NewPartitions.increaseTo(command.path("count").asInt()))).all().get();
        }
      }
      default -> throw new IllegalArgumentException("no such command: " + command.path("op"));
    }
    return JSON.createObjectNode();
  }

  private static List<AclBinding> acls(JsonNode command) {
    var acls = new ArrayList<AclBinding>();
    for (JsonNode rule : command.path("rules")) {
      var resource = new ResourcePattern(ResourceType.fromString(rule.path("type").asText()), rule.path("name").asText(), PatternType.LITERAL);
      var operation = AclOperation.fromString(rule.path("operation").asText());
      acls.add(new AclBinding(resource, new AccessControlEntry(command.path("principal").asText(), "*", operation, AclPermissionType.ALLOW)));
    }
    return acls;
  }

  private static KafkaProducer<byte[], byte[]> producer(String name) {
    var producer = PRODUCERS.get(name);
    if (producer == null) throw new IllegalArgumentException("no producer " + name);
    return producer;
  }

  private static Properties properties(JsonNode command) {
    var properties = new Properties();
    properties.put("bootstrap.servers", brokers);
    command.path("config").properties().forEach(entry -> properties.put(entry.getKey(), entry.getValue().asText()));
    return properties;
  }

  /** Resolves with the offset of each record. Records follow each other without a pause, so that they make few record batches. */
  private static JsonNode produce(KafkaProducer<byte[], byte[]> producer, JsonNode records) throws Exception {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (JsonNode record : records) {
      var headers = new ArrayList<Header>();
      for (JsonNode header : record.path("headers")) headers.add(new RecordHeader(header.get(0).asText(), bytes(header.get(1))));
      Integer partition = record.hasNonNull("partition") ? record.get("partition").asInt() : null;
      Long timestamp = record.hasNonNull("timestamp") ? record.get("timestamp").asLong() : null;
      byte[] key = bytes(record.path("key"));
      sent.add(producer.send(new ProducerRecord<>(record.get("topic").asText(), partition, timestamp, key, bytes(record.path("value")), headers)));
    }
    producer.flush();
    ArrayNode offsets = JSON.createArrayNode();
    for (Future<RecordMetadata> metadata : sent) offsets.add(metadata.get().offset());
    return offsets;
  }

  /**
   * Says all records of the topic's partitions, up to where they end at the call: for read_committed, at the last stable offset, or where the whole
   * topics are asked for, at the last record, once the transactions that are open have ended.
   */
  private static JsonNode consume(JsonNode command) throws Exception {
    boolean digest = command.path("digest").asBoolean();
    var properties = properties(command);
    properties.putIfAbsent("isolation.level", "read_committed");
    properties.put("enable.auto.commit", "false");
    properties.put("auto.offset.reset", "none");
    // The consumer waits for a fetch that is under way when it closes.
    properties.putIfAbsent("fetch.max.wait.ms", "10");
    long count = 0;
    try (var consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      var partitions = new ArrayList<TopicPartition>();
      for (JsonNode topic : command.path("topics")) {
        for (var info : consumer.partitionsFor(topic.asText())) partitions.add(new TopicPartition(info.topic(), info.partition()));
      }
      Map<TopicPartition, Long> ends = command.path("whole").asBoolean() ? lastOffsets(properties, partitions) : consumer.endOffsets(partitions);
      long deadline = System.currentTimeMillis() + WHOLE_LIMIT_MS;
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      while (!partitions.isEmpty()) {
        if (System.currentTimeMillis() > deadline) throw new IllegalStateException("no end of " + partitions + " within " + WHOLE_LIMIT_MS + " ms");
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(500))) {
          if (record.offset() >= ends.get(new TopicPartition(record.topic(), record.partition()))) continue;
          count++;
          say(JSON.createObjectNode().put("id", command.path("id").asInt()).set("record", described(record, digest)));
        }
        if (partitions.removeIf(partition -> consumer.position(partition) >= ends.get(partition))) consumer.assign(partitions);
      }
    }
    return JSON.createObjectNode().put("count", count);
  }

  /** Where the partitions end for those who read uncommitted records too. */
  private static Map<TopicPartition, Long> lastOffsets(Properties settings, List<TopicPartition> partitions) {
    var properties = new Properties();
    properties.putAll(settings);
    properties.put("isolation.level", "read_uncommitted");
    try (var consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      return consumer.endOffsets(partitions);
    }
  }

  private static ObjectNode described(ConsumerRecord<byte[], byte[]> record, boolean digest) throws Exception {
    ObjectNode node = JSON.createObjectNode().put("topic", record.topic()).put("partition", record.partition());
    node.put("offset", record.offset()).put("timestamp", record.timestamp()).put("key", text(record.key()));
    if (digest) {
      byte[] value = record.value() == null ? new byte[0] : record.value();
      node.put("sha256", HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value)));
    } else node.put("value", text(record.value()));
    ArrayNode headers = node.putArray("headers");
    for (Header header : record.headers()) headers.add(JSON.createArrayNode().add(header.key()).add(text(header.value())));
    return node;
  }

  private static byte[] bytes(JsonNode base64) {
    return base64.isMissingNode() || base64.isNull() ? null : Base64.getDecoder().decode(base64.asText());
  }

  private static String text(byte[] bytes) {
    return bytes == null ? null : ENCODER.encodeToString(bytes);
  }

  private static void say(JsonNode line) {
    String text;
    try {
      text = JSON.writeValueAsString(line);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
    synchronized (OUT) {
      OUT.println(text);
      if (!line.has("record")) OUT.flush();
    }
  }

  /** A member of a consumer group in a thread of its own, which says what it is assigned, what is revoked, and how far it has read. */
  private static final class Member implements Runnable, ConsumerRebalanceListener {
    private final String name;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Thread thread;

    Member(String name, JsonNode command) {
      this.name = name;
      var properties = properties(command);
      properties.put("enable.auto.commit", "false");
      properties.putIfAbsent("auto.offset.reset", "earliest");
      consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      var topics = new ArrayList<String>();
      command.path("topics").forEach(topic -> topics.add(topic.asText()));
      consumer.subscribe(topics, this);
      thread = new Thread(this, name);
      thread.start();
    }

    @Override
    public void run() {
      try (consumer) {
        while (true) {
          var records = consumer.poll(Duration.ofMillis(100));
          if (records.isEmpty()) continue;
          consumer.commitSync();
          ObjectNode event = event("read");
          ArrayNode read = event.putArray("records");
          for (var record : records) read.addObject().put("topic", record.topic()).put("partition", record.partition()).put("offset", record.offset());
          say(event);
        }
      } catch (WakeupException leaving) {
        // As asked.
      } catch (Exception error) {
        say(event("failed").put("error", error.getClass().getSimpleName() + ": " + error.getMessage()));
      }
    }

    void leave() throws InterruptedException {
      consumer.wakeup();
      thread.join();
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      tell("assigned", partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      tell("revoked", partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      tell("lost", partitions);
    }

    private void tell(String what, Collection<TopicPartition> partitions) {
      ObjectNode event = event(what);
      ArrayNode list = event.putArray("partitions");
      for (TopicPartition partition : partitions) list.addObject().put("topic", partition.topic()).put("partition", partition.partition());
      say(event);
    }

    private ObjectNode event(String what) {
      return JSON.createObjectNode().put("event", what).put("name", name);
    }
  }
}
