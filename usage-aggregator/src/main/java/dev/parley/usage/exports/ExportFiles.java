package dev.parley.usage.exports;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.parley.schemas.Json;
import dev.parley.schemas.TenantId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * The files of the exports:
 *
 * <pre>
 * tenant/2026-01-31.csv                tenant/2026-01-31.manifest.json
 * tenant/2026-01-31.correction-1.csv   tenant/2026-01-31.correction-1.manifest.json
 * </pre>
 *
 * <p>A file appears whole or not at all. The manifest comes after its CSV and is what makes it
 * valid, so a crash between the two leaves something that is written again.
 */
final class ExportFiles {

  private final Path directory;

  ExportFiles(Path directory) {
    this.directory = directory;
  }

  /**
   * The manifest of the day's file or of its nth correction, null when there is none.
   *
   * @throws IllegalStateException when it belongs to another tenant, as may happen where a file
   *     system takes two names for one
   */
  @Nullable Manifest read(TenantId tenant, LocalDate day, int correction) {
    Path file = path(tenant, name(day, correction) + ".manifest.json");
    Manifest manifest;
    try {
      manifest = Json.mapper().readValue(Files.readAllBytes(file), Manifest.class);
    } catch (NoSuchFileException e) {
      return null;
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(file + " is not a manifest", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!manifest.tenantId().equals(tenant.value())) {
      throw new IllegalStateException(file + " belongs to another tenant");
    }
    return manifest;
  }

  void write(TenantId tenant, LocalDate day, byte[] csv, Manifest manifest) {
    try {
      Path folder = directory.resolve(tenant.value());
      Files.createDirectories(folder);
      String name = name(day, manifest.correction());
      replace(folder.resolve(name + ".csv"), csv);
      byte[] json = Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest);
      replace(folder.resolve(name + ".manifest.json"), json);
      sync(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + directory, e);
    }
  }

  static String name(LocalDate day, int correction) {
    return correction == 0 ? day.toString() : day + ".correction-" + correction;
  }

  private Path path(TenantId tenant, String name) {
    return directory.resolve(tenant.value()).resolve(name);
  }

  private static void replace(Path file, byte[] content) throws IOException {
    Path temporary = Files.createTempFile(file.getParent(), ".", ".tmp");
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer left = ByteBuffer.wrap(content);
        while (left.hasRemaining()) {
          channel.write(left);
        }
        channel.force(true);
      }
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Makes the new names durable; not every system lets a directory be opened. */
  private static void sync(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // then the names become durable when the system sees fit
    }
  }
}
