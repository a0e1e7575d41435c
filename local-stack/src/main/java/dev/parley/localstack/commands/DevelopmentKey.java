package dev.parley.localstack.commands;

import dev.parley.infra.InfrastructureException;
import dev.parley.ingest.auth.ApiKeys;
import dev.parley.schemas.TenantId;
import dev.parley.storage.ApiKeyStore;
import dev.parley.storage.ApiKeyStore.ApiKey.Role;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import org.jspecify.annotations.Nullable;

/**
 * A key to try things with. Where data is kept, the key is kept too, in a file that only its owner
 * can read, so that what was pasted yesterday works today.
 */
final class DevelopmentKey {

  static final TenantId TENANT = new TenantId("acme");

  private final ApiKeyStore store;
  private final @Nullable Path dataDirectory;
  private final Clock clock;
  private @Nullable String value;

  DevelopmentKey(ApiKeyStore store, @Nullable Path dataDirectory, Clock clock) {
    this.store = store;
    this.dataDirectory = dataDirectory;
    this.clock = clock;
  }

  void make() {
    try {
      Path file = dataDirectory == null ? null : dataDirectory.resolve("development-key");
      String kept = file != null && Files.exists(file) ? Files.readString(file).strip() : null;
      if (kept != null && store.findByHash(ApiKeys.sha256Hex(kept)) != null) {
        value = kept;
        return;
      }
      String made = new ApiKeys(store, clock).mint(TENANT, Role.TENANT, "development").key();
      if (file != null) {
        write(file, made);
      }
      value = made;
    } catch (IOException e) {
      throw new InfrastructureException(
          "cannot keep the development key in the --data-dir: " + e.getMessage(), e);
    }
  }

  String value() {
    if (value == null) {
      throw new IllegalStateException("not made yet");
    }
    return value;
  }

  private static void write(Path file, String key) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, key + "\n", StandardCharsets.UTF_8);
  }
}
