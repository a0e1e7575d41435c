package dev.parley.schemas;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.deser.std.NumberDeserializers;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ValueNode;
import java.io.IOException;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Decimals from the wire, whose exponent has a bound: a number of a dozen characters can otherwise
 * stand for a gigabyte of digits, for whoever writes, adds or rounds it.
 */
final class WireNumber {

  private WireNumber() {}

  /** Whether the number's plain notation keeps to {@link Json#MAX_NUMBER_LENGTH}; cheap. */
  static boolean isBounded(BigDecimal number) {
    long scale = number.scale();
    long precision = number.precision();
    long length = scale <= 0 ? precision - scale : Math.max(precision, scale + 1) + 1;
    return length + (number.signum() < 0 ? 1 : 0) <= Json.MAX_NUMBER_LENGTH;
  }

  private static StreamConstraintsException outOfRange() {
    return new StreamConstraintsException(
        "a number needs more than " + Json.MAX_NUMBER_LENGTH + " characters");
  }

  /**
   * Reads {@code 1E+3} as {@code 1000}, which is how it will be written, so that it stays equal;
   * zeros after the point are kept.
   */
  static final class Deserializer extends NumberDeserializers.BigDecimalDeserializer {
    @Override
    public @Nullable BigDecimal deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      BigDecimal number = super.deserialize(parser, context);
      if (number == null) {
        return null;
      }
      if (!isBounded(number)) {
        throw outOfRange();
      }
      return number.scale() < 0 ? number.setScale(0) : number;
    }
  }

  /** Makes the nodes of JSON trees; readers of trees meet the bound as a parser's exception. */
  static final class BoundedNodes extends JsonNodeFactory {
    @Override
    public ValueNode numberNode(@Nullable BigDecimal number) {
      if (number != null && !isBounded(number)) {
        throw WireNumber.<RuntimeException>unchecked(outOfRange());
      }
      return super.numberNode(number);
    }
  }

  /**
   * Lets a checked exception through a method of the library that declares none; everything that
   * reads a tree declares it again.
   */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E unchecked(Throwable e) throws E {
    throw (E) e;
  }
}
