package sluice.bench.driver;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Makes and removes topics, and tells how far they are. */
final class Topics {
  private final Admin admin;
  private final Map<String, Map<TopicPartition, OffsetSpec>> asked = new ConcurrentHashMap<>();

  Topics(String bootstrap) {
    admin = Admin.create(Map.of("bootstrap.servers", bootstrap));
  }

  Map<String, ?> create(Map<String, String> options) throws Exception {
    int partitions = Integer.parseInt(options.get("partitions"));
    Map<String, String> settings = new HashMap<>();
    settings.put("retention.ms", "-1");
    settings.put("message.timestamp.type", options.getOrDefault("timestamps", "CreateTime"));
    admin.createTopics(List.of(new NewTopic(options.get("topic"), partitions, (short) 1).configs(settings))).all().get();
    Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
    for (int p = 0; p < partitions; p++) latest.put(new TopicPartition(options.get("topic"), p), OffsetSpec.latest());
    asked.put(options.get("topic"), latest);
    return Map.of();
  }

  Map<String, ?> delete(String[] topics) throws Exception {
    List<String> there = new ArrayList<>(admin.listTopics().names().get());
    there.retainAll(List.of(topics));
    admin.deleteTopics(there).all().get();
    for (String topic : topics) asked.remove(topic);
    return Map.of("deleted", there.size());
  }

  /** The sum of the partitions' end offsets. */
  long ends(String topic) throws Exception {
    long sum = 0;
    for (ListOffsetsResultInfo end : admin.listOffsets(asked.get(topic)).all().get().values()) sum += end.offset();
    return sum;
  }
}
