package dev.parley.ingest.usage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.Json;
import dev.parley.schemas.TenantId;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The batch exports as they lie in their directory: for each tenant a folder, in it CSV files with
 * a manifest each. A CSV without a manifest that names its tenant is not there.
 *
 * @param directory null when there is none
 */
public record ExportFiles(@Nullable Path directory) {

  private static final String CSV = ".csv";
  private static final String MANIFEST = ".manifest.json";

  /** Also what keeps a name within its folder: no other dots, no slashes. */
  private static final Pattern NAME =
      Pattern.compile(
          "(\\d{4}-\\d{2}-\\d{2}(?:\\.correction-\\d{1,9})?)\\.(?:csv|manifest\\.json)");

  /** Manifests, by day and then by correction. */
  List<ObjectNode> manifests(TenantId tenant) throws IOException {
    Path folder = folder(tenant);
    if (folder == null) {
      return List.of();
    }
    List<ObjectNode> manifests = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + MANIFEST)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        ObjectNode manifest = NAME.matcher(name).matches() ? manifest(tenant, file) : null;
        if (manifest != null) {
          manifests.add(manifest);
        }
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    }
    manifests.sort(
        Comparator.<ObjectNode, String>comparing(manifest -> manifest.path("day").asText())
            .thenComparingLong(manifest -> manifest.path("correction").asLong()));
    return manifests;
  }

  /** The file of this name; null when the tenant has none. */
  @Nullable Path find(TenantId tenant, String name) throws IOException {
    Path folder = folder(tenant);
    var matcher = NAME.matcher(name);
    if (folder == null || !matcher.matches()) {
      return null;
    }
    Path file = folder.resolve(name);
    boolean valid = manifest(tenant, folder.resolve(matcher.group(1) + MANIFEST)) != null;
    return valid && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) ? file : null;
  }

  static boolean isCsv(Path file) {
    return file.getFileName().toString().endsWith(CSV);
  }

  private @Nullable Path folder(TenantId tenant) {
    return directory == null ? null : directory.resolve(tenant.value());
  }

  /** Null also for another tenant's: some file systems take two names for one. */
  private static @Nullable ObjectNode manifest(TenantId tenant, Path file) throws IOException {
    JsonNode manifest;
    try {
      manifest = Json.mapper().readTree(Files.readAllBytes(file));
    } catch (NoSuchFileException | NotDirectoryException e) {
      return null;
    }
    return manifest instanceof ObjectNode object
            && tenant.value().equals(object.path("tenantId").textValue())
        ? object
        : null;
  }
}
