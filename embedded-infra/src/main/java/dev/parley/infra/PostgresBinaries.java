package dev.parley.infra;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/** Unpacks the PostgreSQL server of this kind of machine from the class path. */
final class PostgresBinaries {

  private PostgresBinaries() {}

  /** The directory that holds {@code bin}, {@code lib} and {@code share}. */
  static Path unpacked() {
    String resource = resource();
    URL archive = PostgresBinaries.class.getResource(resource);
    if (archive == null) {
      throw new InfrastructureException(
          "no PostgreSQL for this machine: %s is not on the class path"
              .formatted(resource.substring(1)));
    }
    try {
      URLConnection connection = archive.openConnection();
      connection.setUseCaches(false);
      try (InputStream packed = connection.getInputStream()) {
        // the archive's size and date tell versions apart without reading 15 MB at every start
        String name =
            "postgres-%s-%x-%x"
                .formatted(
                    machine(),
                    connection.getContentLengthLong(),
                    connection.getLastModified() / 1000);
        return BinaryCache.get(name, directory -> unpack(packed, directory));
      }
    } catch (IOException e) {
      throw new InfrastructureException("cannot unpack PostgreSQL: " + e.getMessage(), e);
    }
  }

  private static String resource() {
    return "/postgres-" + machine() + ".txz";
  }

  private static String machine() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String architecture =
        switch (System.getProperty("os.arch")) {
          case "amd64", "x86_64" -> "x86_64";
          case "aarch64", "arm64" -> "arm_64";
          case String other -> other;
        };
    if (os.startsWith("mac")) {
      return "darwin-" + architecture;
    }
    return "linux-"
        + architecture
        + (Files.exists(Path.of("/etc/alpine-release")) ? "-alpine_linux" : "");
  }

  private static void unpack(InputStream packed, Path directory) throws IOException {
    try (var tar =
        new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(packed, 1 << 16)))) {
      for (@Nullable TarArchiveEntry entry = tar.getNextEntry();
          entry != null;
          entry = tar.getNextEntry()) {
        Path target = directory.resolve(entry.getName()).normalize();
        if (!target.startsWith(directory)) {
          throw new IOException("an entry of the archive points outside: " + entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(target);
          continue;
        }
        Path parent = target.getParent();
        if (parent != null) {
          Files.createDirectories(parent);
        }
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
          Files.createLink(target, directory.resolve(entry.getLinkName()));
        } else {
          Files.copy(tar, target);
          boolean executable = (entry.getMode() & 0100) != 0;
          Files.setPosixFilePermissions(
              target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        }
      }
    }
  }
}
