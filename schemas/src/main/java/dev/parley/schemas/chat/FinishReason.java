package dev.parley.schemas.chat;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why a model stopped. */
public enum FinishReason {
  @JsonProperty("stop")
  STOP("stop"),
  @JsonProperty("length")
  LENGTH("length"),
  @JsonProperty("tool_call")
  TOOL_CALL("tool_call"),
  @JsonProperty("content_filter")
  CONTENT_FILTER("content_filter"),
  @JsonProperty("error")
  ERROR("error");

  private final String wireName;

  FinishReason(String wireName) {
    this.wireName = wireName;
  }

  /** The name on every wire and in the database. */
  public String wireName() {
    return wireName;
  }
}
