package dev.parley.ingest.deadletters;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.Headers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.Json;
import dev.parley.schemas.SessionKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** A dead letter as it is shown: what it is about, and what it says only when that is asked for. */
public final class DeadLetterView {

  private DeadLetterView() {}

  /**
   * @param redrivenAt when it was sent again; null when it was not
   * @param withValue whether to show the record's value, which may hold messages of users
   */
  public static ObjectNode render(
      DeadLetter letter, @Nullable Instant redrivenAt, boolean withValue) {
    ObjectNode view = JsonNodeFactory.instance.objectNode();
    view.put("id", letter.id().toString());
    view.put("timestamp", Json.format(letter.timestamp()));
    put(view, "reason", letter.header(Headers.DEAD_LETTER_REASON));
    put(view, "detail", letter.header(Headers.DEAD_LETTER_DETAIL));
    ObjectNode source = view.putObject("source");
    put(source, "topic", letter.sourceTopic());
    LetterId position = letter.sourcePosition();
    if (position != null) {
      source.put("partition", position.partition());
      source.put("offset", position.offset());
    }
    SessionKey key = letter.sessionKey();
    if (key != null) {
      view.put("tenantId", key.tenantId().value());
      view.put("sessionId", key.sessionId().value());
    }
    JobId job = letter.jobId();
    if (job != null) {
      view.put("jobId", job.value());
    }
    put(view, "key", text(letter.key()));
    ObjectNode headers = view.putObject("headers");
    letter.originalHeaders().forEach(header -> headers.put(header.name(), text(header.value())));
    view.put("valueBytes", letter.value() == null ? 0 : letter.value().length);
    if (redrivenAt != null) {
      view.put("redrivenAt", Json.format(redrivenAt));
    }
    if (withValue && letter.value() != null) {
      view.set("value", value(letter.value()));
    }
    return view;
  }

  private static void put(ObjectNode view, String name, @Nullable String text) {
    if (text != null) {
      view.put(name, text);
    }
  }

  private static JsonNode value(byte[] value) {
    try {
      JsonNode tree = Json.mapper().readTree(value);
      if (tree.isContainerNode()) {
        return tree;
      }
    } catch (IOException e) {
      // Why it is here, perhaps.
    }
    return JsonNodeFactory.instance.textNode(String.valueOf(text(value)));
  }

  /** As text where it is that, else in base 64. */
  private static @Nullable String text(byte @Nullable [] bytes) {
    if (bytes == null) {
      return null;
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return "base64:" + Base64.getEncoder().encodeToString(bytes);
    }
  }
}
