package sluice.bench.driver;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import sluice.bench.scoring.Options;

/**
 * The benchmark's side of Kafka, on the Java client, so that what is measured is verified by none of its code: fills topics, offers
 * records at a rate, and reads and checks answers. Takes one command a line, {@code <id> <command> name=value …}, several at a time,
 * and answers each with {@code <id> ok name=value …} or {@code <id> failed <reason>}.
 */
public final class Driver {
  private final Map<String, RecordSet> sets = new ConcurrentHashMap<>();
  private final Topics topics;
  private final Offers offers;
  private final Verifiers verifiers;

  private Driver(String bootstrap) {
    topics = new Topics(bootstrap);
    offers = new Offers(bootstrap);
    verifiers = new Verifiers(bootstrap, sets);
  }

  public static void main(String[] words) throws Exception {
    Driver driver = new Driver(Options.parse(words).get("bootstrap"));
    ExecutorService commands =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task);
              thread.setDaemon(true);
              return thread;
            });
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] parts = line.split(" ");
      commands.submit(
          () -> {
            String answer;
            try {
              answer = parts[0] + " ok " + text(driver.run(parts[1], Options.parse(Arrays.copyOfRange(parts, 2, parts.length))));
            } catch (Throwable error) {
              error.printStackTrace();
              answer = parts[0] + " failed " + String.valueOf(error).replace('\n', ' ');
            }
            synchronized (out) {
              out.println(answer);
            }
          });
    }
  }

  private Map<String, ?> run(String command, Map<String, String> options) throws Exception {
    switch (command) {
      case "records":
        RecordSet set = RecordSet.read(options.get("file"));
        sets.put(options.get("name"), set);
        return Map.of("records", set.size());
      case "create":
        return topics.create(options);
      case "delete":
        return topics.delete(options.get("topics").split(","));
      case "ends":
        return Map.of("records", topics.ends(options.get("topic")));
      case "load":
        return offers.load(sets.get(options.get("records")), options);
      case "rate":
        return offers.rate(sets.get(options.get("records")), options);
      case "stop":
        return offers.stop();
      case "verify":
        return verifiers.verify(options, offers.created(options.get("input")));
      default:
        throw new IllegalArgumentException("no command " + command);
    }
  }

  private static String text(Map<String, ?> answer) {
    return answer.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue()).collect(Collectors.joining(" "));
  }
}
