package dev.parley.schemas;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Locale;

/** Where a job stands. The last four are final: a job that reached one never leaves it. */
public enum JobStatus {
  @JsonProperty("queued")
  QUEUED,
  @JsonProperty("in_progress")
  IN_PROGRESS,
  @JsonProperty("completed")
  COMPLETED,
  @JsonProperty("failed")
  FAILED,
  @JsonProperty("cancelled")
  CANCELLED,
  @JsonProperty("expired")
  EXPIRED;

  public boolean isFinal() {
    return this != QUEUED && this != IN_PROGRESS;
  }

  /** The name on every wire and in the database. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @throws IllegalArgumentException when no status has that wire name
   */
  public static JobStatus ofWireName(String wireName) {
    return valueOf(wireName.toUpperCase(Locale.ROOT));
  }
}
