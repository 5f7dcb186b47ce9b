package sluice.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

/** What peers have in common: commands on standard input, a line each, words apart by tabs, each answered with a line. */
final class Commands {
  private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  interface Answer {
    String to(String[] words) throws Exception;
  }

  private Commands() {}

  /** Answers commands until there are no more of them. */
  static void serve(Answer answer) throws Exception {
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = commands.readLine(); line != null; line = commands.readLine()) {
      String[] words = line.split("\t");
      try {
        System.out.println("ok " + answer.to(words));
      } catch (Exception failure) {
        System.out.println("failed " + String.valueOf(failure).replace('\n', ' '));
      }
      System.out.flush();
    }
  }

  /** The nanoseconds of CPU that this process has used. */
  static long cpu() {
    return SYSTEM.getProcessCpuTime();
  }

  /** The nanoseconds of CPU that this process uses for doing it that often. */
  static long cpu(int times, Runnable work) {
    long before = cpu();
    for (int time = 0; time < times; time++) work.run();
    return cpu() - before;
  }
}
