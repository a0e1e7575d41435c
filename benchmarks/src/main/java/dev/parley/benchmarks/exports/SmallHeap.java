package dev.parley.benchmarks.exports;

import dev.parley.storage.config.Stores;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes all of the ledger in a process whose heap could hold only a small part of it. */
public final class SmallHeap {

  private SmallHeap() {}

  static void run(Map<String, String> variables, int rows)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx64m",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeap.class.getName(),
                Integer.toString(rows)));
    builder.environment().putAll(variables);
    builder.inheritIO();
    int exit = builder.start().waitFor();
    if (exit != 0) {
      throw new IOException("a heap of 64 MB was not enough, or rows were missing: exit " + exit);
    }
  }

  /**
   * @param args how many rows there are
   */
  public static void main(String[] args) {
    long[] lines = {0};
    OutputStream counting =
        new OutputStream() {
          @Override
          public void write(int b) {
            lines[0] += b == '\n' ? 1 : 0;
          }

          @Override
          public void write(byte[] bytes, int from, int length) {
            for (int i = from; i < from + length; i++) {
              write(bytes[i]);
            }
          }
        };
    try (Stores stores = CsvExport.stores(System.getenv())) {
      CsvExport.csv(stores, counting);
    }
    System.exit(lines[0] == Long.parseLong(args[0]) + 1 ? 0 : 3);
  }
}
