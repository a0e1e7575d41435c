package dev.parley.infra;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Unpacked server binaries, kept between runs.
 *
 * <p>A directory is filled under another name and then renamed, so that several processes may do it
 * at once and a killed one leaves nothing half done under the final name.
 */
final class BinaryCache {

  interface Unpacking {
    void into(Path directory) throws IOException;
  }

  private BinaryCache() {}

  static Path get(String name, Unpacking unpacking) {
    try {
      Path cache = directory();
      Path wanted = cache.resolve(name);
      if (Files.isDirectory(wanted)) {
        return wanted;
      }
      Path unfinished = Files.createTempDirectory(cache, "unpacking-");
      Files.setPosixFilePermissions(unfinished, PosixFilePermissions.fromString("rwxr-xr-x"));
      unpacking.into(unfinished);
      moveUnlessThere(unfinished, wanted);
      return wanted;
    } catch (IOException e) {
      throw new InfrastructureException("cannot unpack %s: %s".formatted(name, e.getMessage()), e);
    }
  }

  private static void moveUnlessThere(Path unfinished, Path wanted) throws IOException {
    try {
      Files.move(unfinished, wanted, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
      DataDirectory.deleteTree(unfinished);
    } catch (AtomicMoveNotSupportedException e) {
      throw e;
    } catch (IOException e) {
      if (!Files.isDirectory(wanted)) {
        throw e;
      }
      DataDirectory.deleteTree(unfinished);
    }
  }

  /**
   * The first of the usual places that can be written; a home directory may be missing or
   * read-only.
   */
  private static Path directory() throws IOException {
    for (Path candidate : candidates()) {
      try {
        Files.createDirectories(candidate);
        if (Files.isWritable(candidate)) {
          return candidate;
        }
      } catch (IOException e) {
        // the next one
      }
    }
    return Files.createTempDirectory("parley-binaries-");
  }

  private static List<Path> candidates() {
    var candidates = new ArrayList<Path>();
    if (UnprivilegedUser.isRoot()) {
      // root's home is closed to the user that PostgreSQL runs as
      candidates.add(Path.of("/var/cache/parley"));
    }
    String cache = set("XDG_CACHE_HOME");
    if (cache != null) {
      candidates.add(Path.of(cache, "parley"));
    }
    String home = set("HOME");
    if (home != null) {
      candidates.add(Path.of(home, ".cache", "parley"));
    }
    return candidates;
  }

  private static @Nullable String set(String variable) {
    String value = System.getenv(variable);
    return value == null || value.isBlank() ? null : value;
  }
}
