package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedMember;
import com.fasterxml.jackson.databind.introspect.AnnotatedParameter;
import com.fasterxml.jackson.databind.introspect.NopAnnotationIntrospector;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/**
 * Makes the reader refuse a record of this module when a component is missing or null that is not
 * marked {@link Nullable}, and a list that holds a null: JSON can leave any field out, and the type
 * system's promise has to hold for what comes from the wire too.
 *
 * <p>Asked once per type, when its reader is built; reading itself costs no reflection.
 */
final class RequiredComponents extends NopAnnotationIntrospector {

  private static final String OURS = RequiredComponents.class.getPackageName();

  private static final JsonSetter.Value REQUIRED =
      JsonSetter.Value.construct(Nulls.FAIL, Nulls.FAIL);
  private static final JsonSetter.Value OPTIONAL =
      JsonSetter.Value.construct(Nulls.DEFAULT, Nulls.FAIL);

  @Override
  public JsonSetter.Value findSetterInfo(Annotated annotated) {
    RecordComponent component = componentOf(annotated);
    if (component == null) {
      return JsonSetter.Value.empty();
    }
    // Where any JSON may stand, null is JSON too.
    boolean holdsNull = component.getType() == JsonNode.class;
    return isRequired(component) && !holdsNull ? REQUIRED : OPTIONAL;
  }

  /** Lets what is missing fail where a JSON null is a value, see {@link #findSetterInfo}. */
  @Override
  public @Nullable Boolean hasRequiredMarker(AnnotatedMember member) {
    RecordComponent component = componentOf(member);
    return component == null ? null : isRequired(component);
  }

  /** Whether the wire must tell the component. */
  static boolean isRequired(RecordComponent component) {
    return !component.getAnnotatedType().isAnnotationPresent(Nullable.class);
  }

  private static @Nullable RecordComponent componentOf(Annotated annotated) {
    if (!(annotated instanceof AnnotatedMember member)) {
      return null;
    }
    Class<?> type = member.getDeclaringClass();
    String name = type.getPackageName();
    if (!type.isRecord() || !(name.equals(OURS) || name.startsWith(OURS + "."))) {
      return null;
    }
    RecordComponent[] components = type.getRecordComponents();
    if (annotated instanceof AnnotatedParameter parameter) {
      return parameter.getOwner().getParameterCount() == components.length
          ? components[parameter.getIndex()]
          : null;
    }
    for (RecordComponent component : components) {
      if (component.getName().equals(member.getName())) {
        return component;
      }
    }
    return null;
  }
}
