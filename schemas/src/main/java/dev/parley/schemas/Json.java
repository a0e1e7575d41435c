package dev.parley.schemas;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.AnnotationIntrospector;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;

/**
 * The one way that Parley reads and writes JSON: decimals stay decimal, times are ISO 8601 UTC with
 * milliseconds, unknown fields are ignored, nothing that is missing becomes a default in silence,
 * and whatever was read can be written and read again.
 */
public final class Json {

  /** The deepest nesting that is read. */
  public static final int MAX_DEPTH = 64;

  /**
   * The most characters that a number may take in plain notation, without an exponent. Every double
   * fits; {@code 1e999999999}, whose plain notation would be a gigabyte, does not.
   */
  public static final int MAX_NUMBER_LENGTH = 1000;

  private static final JsonMapper MAPPER =
      newMapper(MAX_DEPTH, StreamWriteConstraints.DEFAULT_MAX_DEPTH);

  private Json() {}

  /** The shared mapper; thread-safe, and not to be reconfigured. */
  public static JsonMapper mapper() {
    return MAPPER;
  }

  /** ISO 8601 UTC with exactly three decimals; finer parts are cut off. */
  public static String format(Instant instant) {
    return WireTime.format(instant);
  }

  /** A mapper of its own that keeps to other depths. */
  static JsonMapper newMapper(int readDepth, int writeDepth) {
    SimpleModule scalars = new SimpleModule("parley-scalars");
    scalars.addSerializer(Instant.class, new WireTime.Serializer());
    scalars.addDeserializer(Instant.class, new WireTime.Deserializer());
    scalars.addDeserializer(BigDecimal.class, new WireNumber.Deserializer());
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(readDepth)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .build())
            .streamWriteConstraints(
                StreamWriteConstraints.builder().maxNestingDepth(writeDepth).build())
            // the default keeps buffers by thread, and a virtual thread is new for each turn
            .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();
    return new JsonMapper.Builder(new CheckedMapper(factory))
        .addModule(scalars)
        .nodeFactory(new WireNumber.BoundedNodes())
        .annotationIntrospector(
            AnnotationIntrospector.pair(
                new RequiredComponents(), new JacksonAnnotationIntrospector()))
        .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
        .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
        .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
        .withCoercionConfig(
            LogicalType.Textual,
            text ->
                text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                    .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
        .build();
  }

  /**
   * The library's parser of numbers throws an unchecked exception for an exponent that is no int;
   * those who read a tree expect what is wrong with the text as a checked one.
   */
  private static final class CheckedMapper extends JsonMapper {
    CheckedMapper(JsonFactory factory) {
      super(factory);
    }

    @Override
    protected JsonNode _readTreeAndClose(JsonParser parser) throws IOException {
      try {
        return super._readTreeAndClose(parser);
      } catch (NumberFormatException e) {
        throw new StreamConstraintsException("a number's exponent is out of range");
      }
    }

    @Override
    protected Object _readMapAndClose(JsonParser parser, JavaType type) throws IOException {
      try {
        return super._readMapAndClose(parser, type);
      } catch (NumberFormatException e) {
        throw new StreamConstraintsException("a number's exponent is out of range");
      }
    }
  }
}
