package dev.parley.infra;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.error.OsArchitectureNotFound;

/**
 * Finds a Redis server that runs here: the packed one, else one that is installed.
 *
 * <p>The packed one needs the machine's OpenSSL 3 and glibc, which slim images may lack.
 */
final class RedisBinary {

  private static final String DIRECTORY = "redis-6.2";
  private static final long PROBE_SECONDS = 20;

  private RedisBinary() {}

  static Path find() {
    String cause;
    try {
      Path packed = packed();
      if (runs(packed)) {
        return packed;
      }
      cause = "the packed one does not run on this machine (it needs OpenSSL 3)";
    } catch (OsArchitectureNotFound | IOException | IllegalArgumentException e) {
      cause = "there is no packed one for this machine";
    }
    Path installed = Detached.onPath("redis-server");
    if (installed != null && runs(installed)) {
      return installed;
    }
    throw new InfrastructureException(
        "no Redis server: %s, and no redis-server is on the PATH".formatted(cause));
  }

  private static Path packed() throws IOException {
    Path directory =
        BinaryCache.get(
            DIRECTORY,
            unpacked -> ExecutableProvider.newJarResourceProvider(unpacked.toFile()).get());
    try (Stream<Path> files = Files.list(directory)) {
      return files.findFirst().orElseThrow(() -> new IOException(directory + " is empty"));
    }
  }

  private static boolean runs(Path server) {
    try {
      Process probe =
          new ProcessBuilder(server.toString(), "--version")
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return probe.waitFor(PROBE_SECONDS, TimeUnit.SECONDS) && probe.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
