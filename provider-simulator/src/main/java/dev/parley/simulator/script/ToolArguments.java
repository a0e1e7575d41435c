package dev.parley.simulator.script;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** The arguments that the simulator calls tools with. */
final class ToolArguments {

  private ToolArguments() {}

  /** A JSON object with the quote in its field {@code input}. */
  static String quoting(String quote) {
    return "{\"input\":\""
        + new String(JsonStringEncoder.getInstance().quoteAsString(quote))
        + "\"}";
  }
}
