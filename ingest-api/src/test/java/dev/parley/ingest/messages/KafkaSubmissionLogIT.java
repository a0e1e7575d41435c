package dev.parley.ingest.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.ingest.messages.SubmissionLog.Pace;
import dev.parley.ingest.messages.SubmissionLog.UnavailableException;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobIds;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.TurnOptions;
import dev.parley.testkit.infra.TestInfrastructure;
import dev.parley.testkit.infra.UsesInfrastructure;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

@UsesInfrastructure
final class KafkaSubmissionLogIT {

  private static final TenantId TENANT = new TenantId("acme");

  private final TestInfrastructure infrastructure;
  private final JobIds ids = new JobIds(new byte[32], Clock.systemUTC());
  private final List<JobId> failed = new CopyOnWriteArrayList<>();

  KafkaSubmissionLogIT(TestInfrastructure infrastructure) {
    this.infrastructure = infrastructure;
  }

  /** Of a producer that holds messages back for so long, as one does whose thread stands still. */
  private KafkaSubmissionLog log(Duration heldBack, Duration deliveryTimeout, Duration ackTimeout) {
    return new KafkaSubmissionLog(
        new KafkaSettings(
            infrastructure.kafkaBootstrapServers(),
            Map.of("linger.ms", Long.toString(heldBack.toMillis()))),
        new TopicSetup(4, 1),
        deliveryTimeout,
        ackTimeout);
  }

  private MessageSubmitted message() {
    return new MessageSubmitted(
        ids.mint(TENANT),
        TENANT,
        new SessionId("s-1"),
        Instant.parse("2026-03-01T12:00:00Z"),
        null,
        null,
        Content.of("hello"),
        null,
        TurnOptions.NONE,
        true);
  }

  @Test
  void nobodyWaitsLongerThanForTheAcknowledgementsTime() throws Exception {
    KafkaSubmissionLog log =
        log(Duration.ofSeconds(3), Duration.ofSeconds(60), Duration.ofMillis(1));
    log.start();
    try {
      MessageSubmitted message = message();
      CompletableFuture<Void> acknowledged = log.accept(message, null, Pace.SINGLE, failed::add);
      assertThatThrownBy(() -> acknowledged.get(2, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(UnavailableException.class);
      assertThat(failed).containsExactly(message.jobId());
    } finally {
      log.close();
    }
  }

  @Test
  void whatIsSentIsAcknowledgedAndClosingLeavesNobodyWaiting() throws Exception {
    KafkaSubmissionLog log =
        log(Duration.ofSeconds(1), Duration.ofSeconds(60), Duration.ofSeconds(60));
    log.start();
    CompletableFuture<Void> first = log.accept(message(), null, Pace.BULK, failed::add);
    first.get(10, TimeUnit.SECONDS);
    CompletableFuture<Void> second = log.accept(message(), null, Pace.SINGLE, failed::add);
    log.close();
    assertThat(second.isDone()).isTrue();
    assertThat(failed).isEmpty();
    CompletableFuture<Void> late = log.accept(message(), null, Pace.SINGLE, failed::add);
    assertThat(late.exceptionNow()).isInstanceOf(UnavailableException.class);
    assertThat(failed).hasSize(1);
  }

  @Test
  void theShortestTimeForDeliveryIsOneThatKafkaTakes() throws Exception {
    KafkaSubmissionLog log =
        log(Duration.ofMillis(5), Duration.ofSeconds(1), Duration.ofSeconds(3));
    log.start();
    try {
      for (Pace pace : Pace.values()) {
        log.accept(message(), null, pace, failed::add).get(10, TimeUnit.SECONDS);
      }
    } finally {
      log.close();
    }
  }
}
