package dev.parley.exports;

import dev.parley.schemas.TenantId;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files of tenants, by name. A file appears whole or not at all, and one that is final is never
 * replaced. Names are the caller's: plain ones, without slashes. Thread-safe.
 */
public interface ExportShelf extends AutoCloseable {

  /**
   * Puts a file in its place.
   *
   * @param isFinal whether it is never to be replaced
   * @throws FinalFileException when a final file with other content is there
   */
  void put(TenantId tenant, String name, byte[] content, boolean isFinal) throws IOException;

  /**
   * @return null when there is no such file
   */
  @Nullable InputStream open(TenantId tenant, String name) throws IOException;

  /** The names of a tenant's files, in no particular order. */
  List<String> names(TenantId tenant) throws IOException;

  /** For people: where the files are. */
  String place();

  @Override
  void close();

  /** A final file with other content is there already. */
  final class FinalFileException extends IOException {
    FinalFileException(String file) {
      super(file + " is final and holds something else");
    }
  }
}
