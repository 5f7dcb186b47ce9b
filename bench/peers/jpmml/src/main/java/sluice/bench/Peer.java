package sluice.bench;

import java.io.File;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jpmml.evaluator.Computable;
import org.jpmml.evaluator.Evaluator;
import org.jpmml.evaluator.InputField;
import org.jpmml.evaluator.LoadingModelEvaluatorBuilder;
import org.jpmml.evaluator.ProbabilityDistribution;
import org.jpmml.evaluator.TargetField;
import org.jpmml.evaluator.TypeUtil;

/**
 * Does what it is told on standard input, a command a line, words apart by tabs, and answers each with a line:
 * {@code load document rows.tsv}: loads both; {@code write file}: writes the answers to all rows; {@code run times}: evaluates all rows that
 * often and answers the nanoseconds of CPU that the process used for it; {@code cpu}: those since it started; {@code peak}: answers the most kilobytes that were ever resident.
 */
public final class Peer {
  private static Evaluator evaluator;
  private static List<Map<String, Object>> rows = List.of();
  /** Keeps results from being optimised away. */
  private static int seen;

  public static void main(String[] args) throws Exception {
    Commands.serve(Peer::answer);
  }

  private static String answer(String[] words) throws Exception {
    switch (words[0]) {
      case "load":
        evaluator = null;
        // With the optimisations that it applies by default.
        evaluator = new LoadingModelEvaluatorBuilder().load(new File(words[1])).build();
        evaluator.verify();
        rows = read(Path.of(words[2]));
        return "";
      case "write":
        write(Path.of(words[1]));
        return "";
      case "run":
        return String.valueOf(Commands.cpu(Integer.parseInt(words[1]), Peer::run));
      case "cpu":
        return String.valueOf(Commands.cpu());
      case "peak":
        return peak();
      default:
        throw new IllegalArgumentException(words[0]);
    }
  }

  /** Values as a program has them that decoded a record: objects of the fields' own types. */
  private static List<Map<String, Object>> read(Path file) throws Exception {
    List<String> lines = Files.readAllLines(file);
    List<String> names = List.of(lines.get(0).split("\t", -1));
    List<Map<String, Object>> result = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split("\t", -1);
      Map<String, Object> row = new LinkedHashMap<>();
      for (InputField input : evaluator.getInputFields()) {
        int column = names.indexOf(input.getName());
        if (column >= 0 && !cells[column].isEmpty()) {
          row.put(input.getName(), TypeUtil.parse(input.getDataType(), cells[column]));
        }
      }
      result.add(row);
    }
    return result;
  }

  private static void run() {
    String target = evaluator.getTargetFields().isEmpty() ? null : evaluator.getTargetFields().get(0).getName();
    for (Map<String, Object> row : rows) {
      Object result = evaluator.evaluate(row).get(target);
      Object value = result instanceof Computable ? ((Computable) result).getResult() : result;
      seen += value == null ? 0 : 1;
    }
  }

  /** A line per row: the first target's value, then the probabilities of its categories. */
  private static void write(Path file) throws Exception {
    try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(file, StandardCharsets.UTF_8))) {
      for (Map<String, Object> row : rows) {
        Map<String, ?> results = evaluator.evaluate(row);
        StringBuilder line = new StringBuilder();
        List<TargetField> targets = evaluator.getTargetFields();
        Object result = targets.isEmpty() ? null : results.get(targets.get(0).getName());
        line.append(result instanceof Computable ? ((Computable) result).getResult() : result);
        if (result instanceof ProbabilityDistribution) {
          ProbabilityDistribution<?> distribution = (ProbabilityDistribution<?>) result;
          for (Object category : distribution.getCategories()) {
            line.append('\t').append(category).append('\t').append(distribution.getProbability(category));
          }
        }
        out.println(line);
      }
    }
  }

  private static String peak() throws Exception {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) return line.replaceAll("\\D", "");
    }
    return "";
  }
}
