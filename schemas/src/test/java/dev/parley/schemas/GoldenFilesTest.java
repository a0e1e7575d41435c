package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GoldenFilesTest {

  static List<Golden<?>> goldens() {
    return Golden.all();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void anEventIsWrittenAsItsGoldenFile(Golden<?> golden) throws IOException {
    String written = new String(golden.encoded(), StandardCharsets.UTF_8);

    assertThat(Json.mapper().readTree(written)).isEqualTo(Json.mapper().readTree(golden.text()));
    assertThat(written).isEqualTo(golden.text());
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void aGoldenFileIsReadAsItsEvent(Golden<?> golden) {
    assertThat(golden.decoded(golden.bytes())).isEqualTo(new Decoded.Value<>(golden.event()));
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void aGoldenFileFollowsItsSchema(Golden<?> golden) {
    Schema schema = Schemas.of(golden.schemaName());

    assertThat(schema.validate(golden.text(), InputFormat.JSON))
        .extracting(Error::toString)
        .isEmpty();
    assertThat(schema.validate("{\"type\":\"unheard-of\"}", InputFormat.JSON)).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void fieldsOfALaterReleaseAreIgnored(Golden<?> golden) throws IOException {
    ObjectNode root = (ObjectNode) Json.mapper().readTree(golden.text());
    addUnknownFields(root, golden.event().getClass());

    assertThat(golden.decoded(Json.mapper().writeValueAsBytes(root)))
        .isEqualTo(new Decoded.Value<>(golden.event()));
  }

  /** Every optional component is both there and absent somewhere among the files. */
  @Test
  void theFilesCoverEveryComponentThatMayBeNull() {
    Set<String> seenNull = new HashSet<>();
    Set<String> seenValue = new HashSet<>();
    Set<String> all = new HashSet<>();
    for (Class<?> type : WireTypes.records()) {
      for (RecordComponent component : type.getRecordComponents()) {
        if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
          all.add(type.getSimpleName() + "." + component.getName());
        }
      }
    }
    for (Golden<?> golden : Golden.all()) {
      visit(golden.event(), seenNull, seenValue);
    }

    assertThat(all).hasSizeGreaterThan(20);
    assertThat(seenNull).containsAll(all);
    assertThat(seenValue).containsAll(all);
  }

  private static void visit(@Nullable Object value, Set<String> nulls, Set<String> values) {
    if (value instanceof List<?> list) {
      list.forEach(element -> visit(element, nulls, values));
    } else if (value instanceof Record) {
      for (RecordComponent component : value.getClass().getRecordComponents()) {
        Object held = WireTypes.read(component, value);
        (held == null ? nulls : values)
            .add(value.getClass().getSimpleName() + "." + component.getName());
        visit(held, nulls, values);
      }
    }
  }

  private static void addUnknownFields(ObjectNode node, Class<?> type) {
    node.put("addedLater", 1).putObject("addedObject").put("x", "y");
    for (RecordComponent component : type.getRecordComponents()) {
      if (component.getType().isRecord()
          && node.get(component.getName()) instanceof ObjectNode in) {
        addUnknownFields(in, component.getType());
      }
    }
  }
}
