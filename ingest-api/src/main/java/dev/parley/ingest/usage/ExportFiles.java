package dev.parley.ingest.usage;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.exports.ExportShelf;
import dev.parley.schemas.Json;
import dev.parley.schemas.TenantId;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The batch exports as they lie in their place: CSV files with a manifest each. A CSV without a
 * manifest that names its tenant is not there.
 *
 * @param shelf null when there is none
 */
public record ExportFiles(@Nullable ExportShelf shelf) {

  private static final String CSV = ".csv";
  private static final String MANIFEST = ".manifest.json";

  /** Also what keeps a name within its folder: no other dots, no slashes. */
  private static final Pattern NAME =
      Pattern.compile(
          "(\\d{4}-\\d{2}-\\d{2}(?:\\.correction-\\d{1,9})?(?:\\.focus)?)"
              + "\\.(?:csv|manifest\\.json)");

  /** Manifests, by day, then by correction, then by format. */
  List<ObjectNode> manifests(TenantId tenant) throws IOException {
    if (shelf == null) {
      return List.of();
    }
    List<ObjectNode> manifests = new ArrayList<>();
    for (String name : shelf.names(tenant)) {
      if (name.endsWith(MANIFEST) && NAME.matcher(name).matches()) {
        ObjectNode manifest = manifest(shelf, tenant, name);
        if (manifest != null) {
          manifests.add(manifest);
        }
      }
    }
    manifests.sort(
        Comparator.<ObjectNode, String>comparing(manifest -> manifest.path("day").asText())
            .thenComparingLong(manifest -> manifest.path("correction").asLong())
            .thenComparing(manifest -> manifest.path("format").asText()));
    return manifests;
  }

  /** The file of this name, to be closed; null when the tenant has none. */
  @Nullable InputStream find(TenantId tenant, String name) throws IOException {
    var matcher = NAME.matcher(name);
    if (shelf == null || !matcher.matches()) {
      return null;
    }
    boolean valid = manifest(shelf, tenant, matcher.group(1) + MANIFEST) != null;
    return valid ? shelf.open(tenant, name) : null;
  }

  static boolean isCsv(String name) {
    return name.endsWith(CSV);
  }

  /** Null also for another tenant's: some file systems take two names for one. */
  private static @Nullable ObjectNode manifest(ExportShelf shelf, TenantId tenant, String name)
      throws IOException {
    try (InputStream in = shelf.open(tenant, name)) {
      JsonNode manifest = in == null ? null : Json.mapper().readTree(in);
      return manifest instanceof ObjectNode object
              && tenant.value().equals(object.path("tenantId").textValue())
          ? object
          : null;
    }
  }
}
