package dev.parley.exports;

import dev.parley.schemas.TenantId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory per tenant. Final files are those that nobody may write to.
 *
 * <p>Looking and replacing are two steps, so one process at a time may write; the caller sees to
 * that.
 */
final class DirectoryShelf implements ExportShelf {

  private final Path directory;

  DirectoryShelf(Path directory) {
    this.directory = directory;
  }

  @Override
  public void put(TenantId tenant, String name, byte[] content, boolean isFinal)
      throws IOException {
    Path folder = directory.resolve(tenant.value());
    Files.createDirectories(folder);
    // Some file systems take two names for one.
    if (!folder.toRealPath().getFileName().toString().equals(tenant.value())) {
      throw new IOException(folder + " belongs to another tenant");
    }
    Path file = folder.resolve(name);
    if (isFinal(file)) {
      if (!Arrays.equals(Files.readAllBytes(file), content)) {
        throw new FinalFileException(file.toString());
      }
      return;
    }
    replace(file, content, isFinal);
    sync(folder);
  }

  @Override
  public @Nullable InputStream open(TenantId tenant, String name) throws IOException {
    Path file = directory.resolve(tenant.value()).resolve(name);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    try {
      return Files.newInputStream(file);
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public List<String> names(TenantId tenant) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(directory.resolve(tenant.value()))) {
      files.forEach(file -> names.add(file.getFileName().toString()));
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
    return names;
  }

  @Override
  public String place() {
    return directory.toAbsolutePath().toString();
  }

  @Override
  public void close() {}

  private static boolean isFinal(Path file) throws IOException {
    PosixFileAttributeView view = view(file);
    try {
      return view == null
          ? Files.exists(file) && !Files.isWritable(file)
          : !view.readAttributes().permissions().contains(PosixFilePermission.OWNER_WRITE);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static void replace(Path file, byte[] content, boolean isFinal) throws IOException {
    Path temporary = Files.createTempFile(file.getParent(), ".", ".tmp");
    try {
      try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        ByteBuffer left = ByteBuffer.wrap(content);
        while (left.hasRemaining()) {
          channel.write(left);
        }
        channel.force(true);
      }
      permit(temporary, isFinal);
      Files.move(
          temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** As widely readable as the directory is: temporary files are made for their owner alone. */
  private static void permit(Path file, boolean isFinal) throws IOException {
    PosixFileAttributeView view = view(file);
    if (view == null) {
      if (isFinal && !file.toFile().setReadOnly()) {
        throw new IOException("cannot make " + file + " read-only");
      }
      return;
    }
    Set<PosixFilePermission> folder = Files.getPosixFilePermissions(file.getParent());
    Set<PosixFilePermission> permissions = EnumSet.of(PosixFilePermission.OWNER_READ);
    for (PosixFilePermission read :
        List.of(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ)) {
      if (folder.contains(read)) {
        permissions.add(read);
      }
    }
    if (!isFinal) {
      permissions.add(PosixFilePermission.OWNER_WRITE);
    }
    view.setPermissions(permissions);
  }

  private static @Nullable PosixFileAttributeView view(Path file) {
    return Files.getFileAttributeView(file, PosixFileAttributeView.class);
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
