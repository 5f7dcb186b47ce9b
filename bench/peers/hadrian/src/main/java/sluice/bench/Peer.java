package sluice.bench;

import com.opendatagroup.hadrian.jvmcompiler.PFAEngine;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;

/**
 * Does what it is told on standard input, a command a line, words apart by tabs, and answers each with a line:
 * {@code load document rows}: loads a document and its records, a JSON text a line; {@code write file}: writes the answers to all rows;
 * {@code run times}: runs the action on all records, which are decoded already, that often; {@code json times}: the same from JSON text to
 * JSON text; {@code loads times}: loads the document that often. The last three answer the nanoseconds of CPU that the process used.
 */
public final class Peer {
  private static PFAEngine<Object, Object> engine;
  private static String document;
  private static List<String> rows = List.of();
  private static final List<Object> inputs = new ArrayList<>();
  /** Keeps results from being optimised away. */
  private static int seen;

  public static void main(String[] args) throws Exception {
    Commands.serve(Peer::answer);
  }

  private static String answer(String[] words) throws Exception {
    switch (words[0]) {
      case "load":
        document = Files.readString(Path.of(words[1]));
        engine = make();
        rows = Files.readAllLines(Path.of(words[2]));
        inputs.clear();
        for (String row : rows) inputs.add(engine.jsonInput(row));
        return "";
      case "write":
        write(Path.of(words[1]));
        return "";
      case "run":
        return String.valueOf(Commands.cpu(Integer.parseInt(words[1]), Peer::run));
      case "json":
        return String.valueOf(Commands.cpu(Integer.parseInt(words[1]), Peer::json));
      case "loads":
        return String.valueOf(Commands.cpu(Integer.parseInt(words[1]), () -> seen += make().hashCode()));
      default:
        throw new IllegalArgumentException(words[0]);
    }
  }

  @SuppressWarnings("unchecked")
  private static PFAEngine<Object, Object> make() {
    var module = com.opendatagroup.hadrian.jvmcompiler.PFAEngine$.MODULE$;
    PFAEngine<Object, Object> made =
        module.fromJson(document, new HashMap<String, org.codehaus.jackson.JsonNode>(), module.fromJson$default$3(), null, 1, Peer.class.getClassLoader(), false)
            .get(0);
    made.begin();
    return made;
  }

  private static void run() {
    for (Object input : inputs) seen += engine.action(input) == null ? 0 : 1;
  }

  private static void json() {
    for (String row : rows) seen += engine.jsonOutput(engine.action(engine.jsonInput(row))).length();
  }

  private static void write(Path file) throws Exception {
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
      for (Object input : inputs) out.println(engine.jsonOutput(engine.action(input)));
    }
  }
}
