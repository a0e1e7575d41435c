package dev.parley.worker.turn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.schemas.Headers;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.Json;
import dev.parley.schemas.Topics;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.ChatResponse;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.TokenUsage;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class PublisherTest {

  private final FakeKafka kafka = new FakeKafka();
  private final Publisher publisher = new Publisher(kafka, new Random(1));

  @Test
  void outcomeAndUsageCarryTheirKeysAndHeaders() throws Exception {
    publisher.publish(completed("hi"), List.of(usage("")));

    var outcome = kafka.sent(Topics.OUTCOMES).getFirst();
    assertThat(outcome.key()).isEqualTo(Submitted.utf8("acme/s1"));
    assertThat(FakeKafka.header(outcome, Headers.JOB_ID)).isEqualTo("job_1");
    assertThat(FakeKafka.header(outcome, Headers.SCHEMA_VERSION)).isEqualTo("1");
    assertThat(FakeKafka.leftOut(outcome)).isNull();
    assertThat(kafka.sent(Topics.USAGE_EVENTS).getFirst().key()).isEqualTo(Submitted.utf8("acme"));
  }

  @Test
  void usageOfATenantThatIsSpreadHasItsSessionAsKey() throws Exception {
    new Publisher(kafka, new Random(1), UsageSpread.parse("acme"))
        .publish(completed("hi"), List.of(usage("")));

    assertThat(kafka.sent(Topics.USAGE_EVENTS).getFirst().key())
        .isEqualTo(Submitted.utf8("acme/s1"));
  }

  @Test
  void aCorrectionHasItsTenantAsKeyAlsoWhereTheTenantIsSpread() throws Exception {
    UsageEvent of = usage("");
    UsageEvent correction =
        new UsageEvent(
            UsageEvent.correctionId(of.eventId(), 1),
            null,
            of.jobId(),
            of.sessionId(),
            of.tenantId(),
            null,
            of.provider(),
            of.model(),
            of.finishReason(),
            0,
            of.timestamp(),
            of.routingDecision(),
            null,
            0,
            0,
            0,
            0,
            0,
            0,
            new BigDecimal("0.1"),
            "2",
            false,
            null,
            new UsageEvent.Correction(of.eventId(), false));

    new Publisher(kafka, new Random(1), UsageSpread.parse("acme"))
        .publish(completed("hi"), List.of(of, correction));

    assertThat(kafka.sent(Topics.USAGE_EVENTS))
        .extracting(record -> new String(record.key(), StandardCharsets.UTF_8))
        .containsExactly("acme/s1", "acme");
  }

  @Test
  void itTriesUntilKafkaHasAcknowledgedEverything() throws Exception {
    kafka.failures = 3;

    publisher.publish(completed("hi"), List.of(usage("")));

    assertThat(kafka.failures).isZero();
    assertThat(kafka.outcomes()).isNotEmpty();
    assertThat(kafka.usage()).extracting(UsageEvent::eventId).contains("job_1.1.1");
  }

  @Test
  void anAnswerThatIsTooLargeForKafkaIsPublishedWithoutItsText() throws Exception {
    kafka.maxBytes = 2_000;

    publisher.publish(completed("x".repeat(5_000)), List.of());

    JobOutcome.Completed outcome = (JobOutcome.Completed) kafka.outcomes().getLast();
    assertThat(outcome.response().text()).isEmpty();
    assertThat(outcome.response().usage().costUSD()).isEqualByComparingTo("0.5");
    assertThat(FakeKafka.leftOut(kafka.sent(Topics.OUTCOMES).getLast())).isEqualTo("content");
  }

  @Test
  void usageWhoseMetadataIsTooLargeIsStillCounted() throws Exception {
    kafka.maxBytes = 2_000;

    publisher.publish(completed("hi"), List.of(usage("y".repeat(5_000))));

    assertThat(kafka.usage().getLast().outputTokens()).isEqualTo(20);
    assertThat(kafka.usage().getLast().metadata()).isNull();
    assertThat(FakeKafka.leftOut(kafka.sent(Topics.USAGE_EVENTS).getLast())).isEqualTo("metadata");
  }

  @Test
  void anInterruptEndsTheTries() {
    kafka.failures = Integer.MAX_VALUE;
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> publisher.publish(completed("hi"), List.of()))
        .isInstanceOf(InterruptedException.class);
  }

  private static JobOutcome completed(String text) {
    return new JobOutcome.Completed(
        new JobOutcome.Ended(
            new JobId("job_1"),
            Submitted.SESSION.tenantId(),
            Submitted.SESSION.sessionId(),
            1,
            Submitted.NOW,
            Submitted.NOW),
        new ChatResponse(
            text,
            List.of(new Part.Text(text)),
            FinishReason.STOP,
            "m",
            "fake",
            List.of(),
            new TokenUsage(10, 20, 0, 0, 0, new BigDecimal("0.5"), false),
            "default:m"));
  }

  private static UsageEvent usage(String note) {
    return Submitted.usage(new JobId("job_1"), Json.mapper().createObjectNode().put("note", note));
  }
}
