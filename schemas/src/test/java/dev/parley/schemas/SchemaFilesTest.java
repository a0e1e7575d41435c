package dev.parley.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchemaFilesTest {

  private static final Map<String, JsonNode> DEFINITIONS = definitions();

  static Iterable<Class<?>> records() {
    return WireTypes.records();
  }

  @ParameterizedTest
  @MethodSource("records")
  void everyComponentOfARecordIsAPropertyOfItsSchema(Class<?> type) {
    List<String> expected = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      expected.add(component.getName());
    }
    if (isToldApart(type)) {
      expected.add("type");
    }

    assertThat(
            names(
                definition(type).path("properties").properties().stream()
                    .map(Map.Entry::getKey)
                    .toList()))
        .isEqualTo(names(expected));
  }

  @ParameterizedTest
  @MethodSource("records")
  void whatIsNotNullableIsRequired(Class<?> type) {
    List<String> expected = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      if (RequiredComponents.isRequired(component)) {
        expected.add(component.getName());
      }
    }
    if (isToldApart(type)) {
      expected.add("type");
    }
    List<String> required = new ArrayList<>();
    definition(type).path("required").forEach(name -> required.add(name.textValue()));

    assertThat(names(required)).isEqualTo(names(expected));
  }

  @ParameterizedTest
  @MethodSource("records")
  void theTypeOfAVariantIsTheOneThatIsWritten(Class<?> type) {
    for (Class<?> parent : type.getInterfaces()) {
      JsonSubTypes subTypes = parent.getAnnotation(JsonSubTypes.class);
      if (subTypes != null) {
        String written = null;
        for (JsonSubTypes.Type subType : subTypes.value()) {
          written = subType.value() == type ? subType.name() : written;
        }
        assertThat(definition(type).at("/properties/type/const").textValue()).isEqualTo(written);
      }
    }
  }

  @Test
  void everyObjectThatIsDescribedIsARecord() {
    List<String> described = new ArrayList<>();
    DEFINITIONS.forEach((name, definition) -> {
      if (definition.has("properties")) {
        described.add(name);
      }
    });

    assertThat(names(described))
        .isEqualTo(names(WireTypes.records().stream().map(SchemaFilesTest::nameOf).toList()));
  }

  private static Map<String, JsonNode> definitions() {
    Map<String, JsonNode> all = new HashMap<>();
    for (String schema : Schemas.NAMES) {
      Schemas.tree(schema)
          .path("$defs")
          .properties()
          .forEach(entry -> assertThat(all.put(entry.getKey(), entry.getValue())).isNull());
    }
    return all;
  }

  private static JsonNode definition(Class<?> type) {
    assertThat(DEFINITIONS).containsKey(nameOf(type));
    return DEFINITIONS.get(nameOf(type));
  }

  private static String nameOf(Class<?> type) {
    return type.getCanonicalName().substring(type.getPackageName().length() + 1);
  }

  private static boolean isToldApart(Class<?> type) {
    for (Class<?> parent : type.getInterfaces()) {
      if (parent.isAnnotationPresent(JsonTypeInfo.class)) {
        return true;
      }
    }
    return false;
  }

  private static Set<String> names(List<String> names) {
    Set<String> set = new TreeSet<>(names);
    assertThat(set).hasSameSizeAs(names);
    return set;
  }
}
