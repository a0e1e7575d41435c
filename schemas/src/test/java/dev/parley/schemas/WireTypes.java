package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonValue;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Finds the record types that travel, from the types of the topics' values. */
final class WireTypes {

  private WireTypes() {}

  /** All that are JSON objects on the wire. */
  static Set<Class<?>> records() {
    Set<Class<?>> records = new LinkedHashSet<>();
    Set<Class<?>> seen = new LinkedHashSet<>();
    Deque<Type> open =
        new ArrayDeque<>(
            List.of(
                Submission.class,
                JobOutcome.class,
                UsageEvent.class,
                UsageTotal.class,
                UsageCounts.class));
    while (!open.isEmpty()) {
      Type type = open.remove();
      if (type instanceof ParameterizedType parameterized) {
        open.addAll(Arrays.asList(parameterized.getActualTypeArguments()));
      } else if (type instanceof Class<?> raw
          && raw.getPackageName().startsWith("dev.parley.schemas")
          && seen.add(raw)) {
        if (raw.isSealed()) {
          open.addAll(Arrays.asList(raw.getPermittedSubclasses()));
        }
        if (raw.isRecord()) {
          for (RecordComponent component : raw.getRecordComponents()) {
            open.add(component.getGenericType());
          }
          if (!isPlainValue(raw)) {
            records.add(raw);
          }
        }
      }
    }
    return records;
  }

  static Object read(RecordComponent component, Object owner) {
    try {
      return component.getAccessor().invoke(owner);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("accessors of wire records are public", e);
    }
  }

  private static boolean isPlainValue(Class<?> type) {
    return Arrays.stream(type.getRecordComponents())
        .anyMatch(component -> component.getAccessor().isAnnotationPresent(JsonValue.class));
  }
}
