package dev.parley.schemas;

/** Names of record headers; values are UTF-8 text. */
public final class Headers {

  /** The schema version of the value, a positive decimal number. */
  public static final String SCHEMA_VERSION = "schema-version";

  /** W3C Trace Context. */
  public static final String TRACEPARENT = "traceparent";

  /** The job's id, so that it is known without reading the value. */
  public static final String JOB_ID = "job-id";

  /**
   * On records that were too large for Kafka: what was left out to make them fit. {@code content}
   * and {@code metadata} can be read from PostgreSQL, the {@code value} of a dead letter where it
   * came from.
   */
  public static final String LEFT_OUT = "left-out";

  /** On dead letters: a stable word for why. */
  public static final String DEAD_LETTER_REASON = "dead-letter-reason";

  /** On dead letters: the cause in words, without message texts. */
  public static final String DEAD_LETTER_DETAIL = "dead-letter-detail";

  /** On dead letters: where the record came from. */
  public static final String DEAD_LETTER_TOPIC = "dead-letter-topic";

  public static final String DEAD_LETTER_PARTITION = "dead-letter-partition";
  public static final String DEAD_LETTER_OFFSET = "dead-letter-offset";

  private Headers() {}
}
