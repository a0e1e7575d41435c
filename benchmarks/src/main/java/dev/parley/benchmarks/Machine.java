package dev.parley.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/** Where and when figures were measured: without that they say nothing. */
final class Machine {

  private Machine() {}

  static String describe() {
    return "%s, revision %s\n%d cores (%s), %d MiB heap, %s %s, JDK %s"
        .formatted(
            Instant.now().truncatedTo(ChronoUnit.SECONDS),
            System.getProperty("parley.revision", "unknown"),
            Runtime.getRuntime().availableProcessors(),
            processor(),
            Runtime.getRuntime().maxMemory() >> 20,
            System.getProperty("os.name"),
            System.getProperty("os.version"),
            System.getProperty("java.version"));
  }

  private static String processor() {
    try {
      List<String> lines = Files.readAllLines(Path.of("/proc/cpuinfo"));
      return lines.stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown processor");
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }
}
