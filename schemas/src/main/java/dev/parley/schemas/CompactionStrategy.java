package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Arrays;
import java.util.Optional;

/** What is done with the messages for which there is no room. */
public enum CompactionStrategy {
  /** The oldest go. */
  @JsonProperty("sliding-window")
  SLIDING_WINDOW("sliding-window"),
  /** A model puts them into a summary. */
  @JsonProperty("summarise")
  SUMMARISE("summarise");

  private final String wireName;

  CompactionStrategy(String wireName) {
    this.wireName = wireName;
  }

  /** The name on every wire and in the database. */
  public String wireName() {
    return wireName;
  }

  public static Optional<CompactionStrategy> ofWireName(String wireName) {
    return Arrays.stream(values()).filter(value -> value.wireName.equals(wireName)).findFirst();
  }
}
