package dev.parley.schemas.chat;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Who speaks in a message. */
public enum Role {
  @JsonProperty("system")
  SYSTEM,
  @JsonProperty("user")
  USER,
  @JsonProperty("assistant")
  ASSISTANT,
  @JsonProperty("tool")
  TOOL
}
