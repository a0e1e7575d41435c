package dev.parley.worker.provider.wire;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.Part;
import org.jspecify.annotations.Nullable;

/** A tool call whose arguments arrive in pieces. */
final class ToolCallBuilder implements PieceBuilder {

  private final String id;
  private final String name;
  private final StringBuilder json = new StringBuilder();
  private boolean done;
  private Part.@Nullable ToolCall call;

  ToolCallBuilder(String id, String name) {
    this.id = id;
    this.name = name;
  }

  String id() {
    return id;
  }

  String name() {
    return name;
  }

  void append(String fragment) {
    json.append(fragment);
  }

  boolean done() {
    return done;
  }

  /** No more pieces will come; the call stays null when they do not make an object. */
  void complete() {
    done = true;
    ObjectNode args = json.isEmpty() ? WireJson.object() : WireJson.objectOrNull(json.toString());
    call = args == null ? null : new Part.ToolCall(id, name, args);
  }

  String json() {
    return json.isEmpty() ? "{}" : json.toString();
  }

  /** Null until it is complete, and when its arguments are no JSON object. */
  @Override
  public Part.@Nullable ToolCall part() {
    return call;
  }
}
