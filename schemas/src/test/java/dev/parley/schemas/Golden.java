package dev.parley.schemas;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.chat.ChatResponse;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.ReasoningOptions;
import dev.parley.schemas.chat.TokenUsage;
import dev.parley.schemas.chat.Tool;
import dev.parley.schemas.chat.TurnOptions;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An event and the file that holds its text as releases have written it.
 *
 * <p>A file is never changed: it is what lies in topics. When an addition changes what is written,
 * the old text has to be decoded still, so it gets a new name and the new text a new file.
 */
record Golden<T>(String name, EventCodec<T> codec, T event) {

  private static final JobId JOB = new JobId("job_0dfp4n7m8sm3tg0v1kxjq5y2h9c6bqwe4r8tz1ya20");
  private static final TenantId TENANT = new TenantId("acme");
  private static final SessionId SESSION = new SessionId("Session-1.a_b");
  private static final Instant T0 = Instant.parse("2026-03-04T05:06:07.008Z");
  private static final Instant T1 = Instant.parse("2026-03-04T05:06:09.120Z");

  @Override
  public String toString() {
    return name;
  }

  String schemaName() {
    return name.substring(0, name.indexOf('.'));
  }

  /** The file's text without the newline at its end. */
  String text() {
    try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name + ".json")) {
      Objects.requireNonNull(in, "no golden file " + name);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] bytes() {
    return text().getBytes(StandardCharsets.UTF_8);
  }

  static List<Golden<?>> all() {
    List<Golden<?>> all = new ArrayList<>();
    all.add(new Golden<>("submission.message.full", EventCodec.SUBMISSIONS, fullMessage()));
    all.add(new Golden<>("submission.message.bare", EventCodec.SUBMISSIONS, bareMessage()));
    all.add(new Golden<>("submission.message.meant", EventCodec.SUBMISSIONS, meantMessage()));
    all.add(
        new Golden<>(
            "submission.message.reasoning",
            EventCodec.SUBMISSIONS,
            reasoningMessage(new ReasoningOptions(ReasoningOptions.Effort.HIGH, 2_048, false))));
    all.add(
        new Golden<>(
            "submission.message.reasoning-bare",
            EventCodec.SUBMISSIONS,
            reasoningMessage(new ReasoningOptions(null, null, null))));
    all.add(new Golden<>("submission.compact.full", EventCodec.SUBMISSIONS, fullCompaction()));
    all.add(new Golden<>("submission.compact.bare", EventCodec.SUBMISSIONS, bareCompaction()));
    EventCodec<JobOutcome> outcomes = EventCodec.OUTCOMES;
    all.add(new Golden<>("job-outcome.completed.full", outcomes, fullCompleted()));
    all.add(new Golden<>("job-outcome.completed.bare", outcomes, bareCompleted()));
    all.add(
        new Golden<>(
            "job-outcome.compacted.full",
            outcomes,
            compacted(new TokenUsage(100, 20, 0, 0, 0, new BigDecimal("0.00012300"), false))));
    all.add(new Golden<>("job-outcome.compacted.bare", outcomes, compacted(null)));
    JobError error = new JobError("provider_error", "the provider answered 500 five times");
    all.add(
        new Golden<>("job-outcome.failed.full", outcomes, new JobOutcome.Failed(ended(), error)));
    all.add(
        new Golden<>("job-outcome.failed.bare", outcomes, new JobOutcome.Failed(unbegun(), error)));
    all.add(
        new Golden<>("job-outcome.cancelled.full", outcomes, new JobOutcome.Cancelled(ended())));
    all.add(
        new Golden<>("job-outcome.cancelled.bare", outcomes, new JobOutcome.Cancelled(unbegun())));
    all.add(new Golden<>("job-outcome.expired.full", outcomes, new JobOutcome.Expired(ended())));
    all.add(new Golden<>("job-outcome.expired.bare", outcomes, new JobOutcome.Expired(unbegun())));
    all.add(new Golden<>("usage-event.full", EventCodec.USAGE_EVENTS, fullUsage()));
    all.add(new Golden<>("usage-event.bare", EventCodec.USAGE_EVENTS, bareUsage()));
    all.add(new Golden<>("usage-event.hour-cache", EventCodec.USAGE_EVENTS, hourCache()));
    all.add(new Golden<>("usage-event.correction", EventCodec.USAGE_EVENTS, correction()));
    all.add(new Golden<>("usage-total.full", EventCodec.USAGE_TOTALS, total()));
    all.add(new Golden<>("usage-counts.full", EventCodec.USAGE_COUNTS, counts(TENANT)));
    all.add(new Golden<>("usage-counts.bare", EventCodec.USAGE_COUNTS, counts(null)));
    return all;
  }

  private static Submission fullMessage() {
    TurnOptions options =
        new TurnOptions(
            "gpt-5-mini",
            "openai",
            1024,
            new BigDecimal("0.70"),
            List.of(
                new Tool("weather", "Tells the weather", object("{\"type\":\"object\"}")),
                new Tool("clock", null, object("{}"))),
            object("{\"type\":\"tool\",\"name\":\"weather\"}"),
            object("{\"type\":\"json_object\"}"),
            new BigDecimal("1.10"),
            -3);
    return new Submission.MessageSubmitted(
        JOB,
        TENANT,
        SESSION,
        T0,
        T1,
        "request-7",
        Content.of(parts()),
        object(
            "{\"topic\":\"Wetter für 明日 🌦\",\"weight\":1.50,\"nested\":{\"list\":[1,null,true]}}"),
        options,
        true);
  }

  static Submission bareMessage() {
    return new Submission.MessageSubmitted(
        JOB,
        TENANT,
        SESSION,
        T0,
        null,
        null,
        Content.of("Hello, \"world\"\n👋 — ünïcödé \0 end"),
        null,
        TurnOptions.NONE,
        false);
  }

  private static Submission reasoningMessage(ReasoningOptions reasoning) {
    return new Submission.MessageSubmitted(
        JOB,
        TENANT,
        SESSION,
        T0,
        null,
        null,
        Content.of("Hello"),
        null,
        new TurnOptions(null, null, null, null, null, null, null, null, null, reasoning),
        false);
  }

  private static Submission meantMessage() {
    return new Submission.MessageSubmitted(
        JOB,
        TENANT,
        SESSION,
        T0,
        null,
        null,
        Content.of("Hello"),
        null,
        TurnOptions.NONE,
        false,
        7L);
  }

  static Submission fullCompaction() {
    return new Submission.CompactionRequested(
        JOB, TENANT, SESSION, T0, CompactionStrategy.SUMMARISE, 20, 4000, 7L);
  }

  private static Submission bareCompaction() {
    return new Submission.CompactionRequested(
        JOB, TENANT, SESSION, T0, CompactionStrategy.SLIDING_WINDOW, null, null, null);
  }

  private static JobOutcome compacted(@Nullable TokenUsage usage) {
    CompactionStrategy strategy =
        usage == null ? CompactionStrategy.SLIDING_WINDOW : CompactionStrategy.SUMMARISE;
    return new JobOutcome.Compacted(ended(), new Compaction(strategy, true, 12, usage));
  }

  private static List<Part> parts() {
    return List.of(
        new Part.Text("What is this?"),
        new Part.ImageUrl("https://example.org/a.png", "image/png"),
        new Part.ImageUrl("https://example.org/b.png", null),
        new Part.ImageBase64("aGVsbG8=", "image/jpeg"),
        new Part.Document("application/pdf", "aGVsbG8=", null, "Terms"),
        new Part.Document("application/pdf", null, "https://example.org/c.pdf", null),
        new Part.ToolCall("call_1", "weather", object("{\"city\":\"Ulm\",\"days\":2}")),
        new Part.ToolResult("call_1", "weather", object("{\"sky\":\"clear\"}"), false),
        new Part.ToolResult("call_2", null, JsonNodeFactory.instance.nullNode(), null));
  }

  private static JobOutcome.Ended ended() {
    return new JobOutcome.Ended(JOB, TENANT, SESSION, 2, T0, T1);
  }

  private static JobOutcome.Ended unbegun() {
    return new JobOutcome.Ended(JOB, TENANT, SESSION, 0, null, T1);
  }

  private static JobOutcome fullCompleted() {
    Part.ToolCall call = new Part.ToolCall("call_1", "weather", object("{\"city\":\"Ulm\"}"));
    return new JobOutcome.Completed(
        ended(),
        new ChatResponse(
            "Let me look.",
            List.of(new Part.Text("Let me look."), call),
            FinishReason.TOOL_CALL,
            "gpt-5-mini",
            "openai",
            List.of(call),
            new TokenUsage(100, 20, 60, 5, 8, new BigDecimal("0.00012300"), true),
            "default:gpt-5-mini",
            List.of("budget_exceeded:tenant")));
  }

  private static JobOutcome bareCompleted() {
    return new JobOutcome.Completed(
        ended(),
        new ChatResponse(
            "",
            List.of(),
            FinishReason.STOP,
            "gpt-5-mini",
            "openai",
            List.of(),
            new TokenUsage(0, 0, 0, 0, 0, null, false),
            "default:gpt-5-mini"));
  }

  private static UsageEvent fullUsage() {
    return new UsageEvent(
        UsageEvent.eventId(JOB, 2, 1),
        "request-7",
        JOB,
        SESSION,
        TENANT,
        "bot-1",
        "openai",
        "gpt-5-mini",
        FinishReason.LENGTH,
        2112,
        T1,
        "default:gpt-5-mini",
        object("{\"team\":\"north\"}"),
        Long.MAX_VALUE,
        20,
        60,
        60,
        5,
        8,
        new BigDecimal("0.00012300"),
        "2026-01",
        true);
  }

  private static UsageEvent hourCache() {
    return new UsageEvent(
        UsageEvent.eventId(JOB, 2, 1),
        null,
        JOB,
        SESSION,
        TENANT,
        null,
        "anthropic",
        "claude-sonnet-4-5",
        FinishReason.STOP,
        2112,
        T1,
        "default:claude-sonnet-4-5",
        null,
        100,
        20,
        60,
        60,
        5,
        0,
        new BigDecimal("0.000123"),
        "2026-01",
        false,
        3L,
        null);
  }

  private static UsageEvent correction() {
    return new UsageEvent(
        UsageEvent.correctionId(UsageEvent.eventId(JOB, 2, 1), 1),
        "request-7",
        JOB,
        SESSION,
        TENANT,
        null,
        "openai",
        "gpt-5-mini",
        FinishReason.LENGTH,
        0,
        T1,
        "default:gpt-5-mini",
        null,
        0,
        0,
        0,
        0,
        0,
        0,
        new BigDecimal("-0.000004"),
        "2026-02",
        false,
        null,
        new UsageEvent.Correction(UsageEvent.eventId(JOB, 2, 1), true));
  }

  static UsageEvent bareUsage() {
    return new UsageEvent(
        UsageEvent.eventId(JOB, 1, 1),
        null,
        JOB,
        SESSION,
        TENANT,
        null,
        "openai",
        "unheard-of",
        FinishReason.ERROR,
        0,
        T1,
        "session:unheard-of",
        null,
        0,
        0,
        0,
        0,
        0,
        0,
        null,
        null,
        false);
  }

  private static UsageTotal total() {
    return new UsageTotal(
        new UsageTotal.Cell(TENANT, Instant.parse("2026-03-04T05:00:00Z"), "openai", "gpt-5-mini"),
        12,
        12,
        1000,
        200,
        80,
        600,
        50,
        new BigDecimal("12345678901234567890.000000000100"),
        1,
        2);
  }

  private static UsageCounts counts(@Nullable TenantId tenant) {
    return new UsageCounts(tenant, Instant.parse("2026-03-04T05:00:00Z"), 7, 20, 12, 4, 3, 1);
  }

  static ObjectNode object(String json) {
    try {
      return (ObjectNode) Json.mapper().readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the files that are not there yet: {@code java ... Golden <directory>}. */
  public static void main(String[] args) throws IOException {
    for (Golden<?> golden : all()) {
      Path file = Path.of(args[0], golden.name() + ".json");
      if (Files.notExists(file)) {
        Files.write(file, golden.encoded());
        Files.writeString(file, "\n", java.nio.file.StandardOpenOption.APPEND);
      }
    }
  }

  byte[] encoded() {
    return codec.encode(event);
  }

  Decoded<T> decoded(byte[] value) {
    return codec.decode(value, codec.versionHeader(event));
  }
}
