package dev.parley.schemas;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** The JSON Schema files, as the module ships them. */
final class Schemas {

  static final List<String> NAMES =
      List.of("shared", "submission", "job-outcome", "usage-event", "usage-total", "usage-counts");

  private static final String BASE = "https://parley.dev/schemas/";

  private static final SchemaRegistry REGISTRY =
      SchemaRegistry.withDefaultDialect(
          SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Schemas::byIri));

  private Schemas() {}

  static Schema of(String name) {
    return REGISTRY.getSchema(SchemaLocation.of(BASE + name + ".v1.schema.json"));
  }

  static JsonNode tree(String name) {
    try {
      return Json.mapper().readTree(text(name + ".v1.schema.json"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String byIri(String iri) {
    return iri.startsWith(BASE) ? text(iri.substring(BASE.length())) : null;
  }

  private static String text(String file) {
    try (InputStream in = Json.class.getResourceAsStream("/dev/parley/schemas/" + file)) {
      return new String(Objects.requireNonNull(in, file).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
