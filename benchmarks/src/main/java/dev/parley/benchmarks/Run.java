package dev.parley.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a benchmark is given.
 *
 * @param rounds how often what is compared is measured, by turns; the median counts
 * @param scale of the amount of work; 1 for figures that count, less to try whether it runs
 * @param settings environment variables for all services, to try what they do
 * @param directory for files; emptied by nobody
 */
public record Run(
    int rounds, double scale, Map<String, String> settings, Path directory, PrintStream progress) {

  public Run {
    settings = Map.copyOf(settings);
  }

  /** So many at full scale. */
  public int scaled(int amount) {
    return (int) Math.max(1, Math.round(amount * scale));
  }

  /** A new directory. */
  public Path directory(String name) throws IOException {
    return Files.createTempDirectory(directory, name + "-");
  }

  /** Tells what is going on, beside the table. */
  public void say(String message) {
    progress.println("  " + message);
  }
}
