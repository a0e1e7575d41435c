package dev.parley.ingest.sessions;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.Fields;
import dev.parley.ingest.http.Metadata;
import dev.parley.ingest.messages.ContentParser;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Role;
import dev.parley.storage.NewSession;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Binds the body of {@code POST /sessions}. */
final class NewSessionParser {

  private static final int MAX_MESSAGES = 10_000;
  private static final int MAX_SYSTEM = 1_000_000;
  private static final int MAX_MODEL = 200;
  private static final BigDecimal MAX_BUDGET = new BigDecimal("1000000");

  private NewSessionParser() {}

  static NewSession parse(TenantId tenant, Fields fields, Instant now) {
    SessionId given = SessionIds.find(fields, "sessionId");
    String system = fields.string("system", MAX_SYSTEM);
    History history = history(fields, now, system);
    return new NewSession(
        new SessionKey(tenant, given == null ? SessionIds.create() : given),
        now,
        history.system(),
        history.messages(),
        fields.string("model", MAX_MODEL),
        fields.string("provider", MAX_MODEL),
        Metadata.parse(fields),
        fields.integer("maxContextTokens", 1, Integer.MAX_VALUE),
        fields.decimal("budgetUsd", BigDecimal.ZERO, MAX_BUDGET),
        Strategies.find(fields, "contextStrategy"));
  }

  private static History history(Fields fields, Instant now, @Nullable String givenSystem) {
    ArrayNode array = fields.array("messages", MAX_MESSAGES);
    if (array == null) {
      return new History(givenSystem, List.of());
    }
    String system = givenSystem;
    List<Message> messages = new ArrayList<>(array.size());
    for (int i = 0; i < array.size(); i++) {
      String at = "messages[" + i + "]";
      if (!(array.get(i) instanceof ObjectNode object)) {
        throw fields.invalid(at, "must be an object");
      }
      Fields message = new Fields(object, at + ".");
      Role role = role(message);
      if (role != Role.SYSTEM) {
        messages.add(message(message, role, now));
      } else if (i == 0 && system == null) {
        system = message.requireString("content", MAX_SYSTEM);
      } else {
        throw message.invalid("role", "can be system only once, in front of all other messages");
      }
    }
    return new History(system, messages);
  }

  private static Message message(Fields message, Role role, Instant now) {
    return new Message(
        role,
        ContentParser.parse(message, "content"),
        Metadata.parse(message),
        now,
        null,
        message.flag("pinned") ? Boolean.TRUE : null);
  }

  private static Role role(Fields message) {
    return switch (message.requireString("role", 32)) {
      case "system" -> Role.SYSTEM;
      case "user" -> Role.USER;
      case "assistant" -> Role.ASSISTANT;
      case "tool" -> Role.TOOL;
      default -> throw message.invalid("role", "must be system, user, assistant or tool");
    };
  }

  private record History(@Nullable String system, List<Message> messages) {}
}
