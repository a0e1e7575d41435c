package dev.parley.schemas;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds record components that are null though they are not marked {@link Nullable}: JSON can leave
 * any field out, and the type system's promise has to hold for what comes from the wire too.
 */
final class RequiredComponents {

  private static final ClassValue<List<Method>> REQUIRED =
      new ClassValue<>() {
        @Override
        protected List<Method> computeValue(Class<?> type) {
          List<Method> required = new ArrayList<>();
          for (RecordComponent component : type.getRecordComponents()) {
            if (!component.getType().isPrimitive()
                && !component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
              required.add(component.getAccessor());
            }
          }
          return List.copyOf(required);
        }
      };

  private RequiredComponents() {}

  /** The path of the first missing component, or null when all are there. */
  static @Nullable String firstMissing(Object record) {
    for (Method accessor : REQUIRED.get(record.getClass())) {
      Object value = read(accessor, record);
      if (value == null) {
        return accessor.getName();
      }
      if (value instanceof Record nested && isOurs(nested)) {
        String missing = firstMissing(nested);
        if (missing != null) {
          return accessor.getName() + "/" + missing;
        }
      }
    }
    return null;
  }

  private static boolean isOurs(Record record) {
    return record.getClass().getPackageName().startsWith("dev.parley.schemas");
  }

  private static @Nullable Object read(Method accessor, Object record) {
    try {
      return accessor.invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("records of this package have public accessors", e);
    }
  }
}
