package dev.parley.infra;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * The directory of one embedded stack, held by a lock so that no second stack uses it at the same
 * time.
 */
final class DataDirectory implements AutoCloseable {

  private final Path root;
  private final FileChannel lock;
  private final @Nullable ParentDeathGuard deleteAfterKill;

  private DataDirectory(Path root, FileChannel lock, @Nullable ParentDeathGuard deleteAfterKill) {
    this.root = root;
    this.lock = lock;
    this.deleteAfterKill = deleteAfterKill;
  }

  static DataDirectory open(@Nullable Path kept) {
    Path root = kept;
    try {
      if (root == null) {
        root = Files.createTempDirectory("parley-");
        // the user that PostgreSQL runs as must be able to pass through
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx--x--x"));
        return new DataDirectory(root, lock(root), ParentDeathGuard.forDirectory(root));
      }
      root = root.toAbsolutePath().normalize();
      Files.createDirectories(root);
      return new DataDirectory(root, lock(root), null);
    } catch (IOException e) {
      throw new InfrastructureException(
          "cannot write to the data directory %s (%s): choose another with --data-dir"
              .formatted(root == null ? System.getProperty("java.io.tmpdir") : root, reason(e)),
          e);
    }
  }

  Path root() {
    return root;
  }

  boolean isTemporary() {
    return deleteAfterKill != null;
  }

  /** The directory of one service, made when missing. */
  Path directory(String name) {
    try {
      return Files.createDirectories(root.resolve(name));
    } catch (IOException e) {
      throw new InfrastructureException(
          "cannot write to %s (%s): choose another directory with --data-dir"
              .formatted(root.resolve(name), reason(e)),
          e);
    }
  }

  PidFile pidFile(String service) {
    return new PidFile(root.resolve(service + ".pid"));
  }

  Path logFile(String service) {
    return directory("logs").resolve(service + ".log");
  }

  /** Releases the directory, and deletes it when it was a temporary one. */
  @Override
  public void close() {
    try {
      lock.close();
      if (deleteAfterKill != null) {
        deleteTree(root);
        deleteAfterKill.close();
      }
    } catch (IOException e) {
      throw new InfrastructureException("cannot remove %s (%s)".formatted(root, reason(e)), e);
    }
  }

  static void deleteTree(Path directory) throws IOException {
    try {
      Files.walkFileTree(
          directory,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
              }
              throw e;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
                throws IOException {
              Files.deleteIfExists(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (NoSuchFileException e) {
      // gone already
    }
  }

  private static FileChannel lock(Path root) throws IOException {
    FileChannel channel =
        FileChannel.open(
            root.resolve("parley.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // held by this very process: the same answer as for any other holder
    }
    channel.close();
    throw new InfrastructureException(
        "the data directory %s is in use by another run: stop it, or choose another with --data-dir"
            .formatted(root));
  }

  private static String reason(IOException e) {
    return switch (e) {
      case java.nio.file.AccessDeniedException denied -> "permission denied";
      case java.nio.file.FileAlreadyExistsException exists -> "it is a file";
      default -> String.valueOf(e.getMessage());
    };
  }
}
