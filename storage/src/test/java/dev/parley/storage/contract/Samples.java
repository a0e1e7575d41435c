package dev.parley.storage.contract;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.schemas.Compaction;
import dev.parley.schemas.CompactionStrategy;
import dev.parley.schemas.JobError;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.Json;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.ChatResponse;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import dev.parley.schemas.chat.TokenUsage;
import dev.parley.storage.JobStore.ClaimRequest;
import dev.parley.storage.Session;
import dev.parley.storage.TurnWriter;
import dev.parley.storage.TurnWriter.TurnEnd;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Things to store, under names that no other test uses. */
public final class Samples {

  public static final Instant NOW = Instant.parse("2026-03-14T09:26:53.589Z");
  private static final AtomicLong COUNTER = new AtomicLong();

  private Samples() {}

  public static TenantId tenant() {
    return new TenantId("tenant-" + COUNTER.incrementAndGet());
  }

  public static SessionKey session() {
    return session(tenant());
  }

  public static SessionKey session(TenantId tenant) {
    return new SessionKey(tenant, new SessionId("session-" + COUNTER.incrementAndGet()));
  }

  public static JobId job() {
    return new JobId("job-" + COUNTER.incrementAndGet());
  }

  public static ObjectNode metadata() {
    ObjectNode node = Json.mapper().createObjectNode();
    node.put("zebra", "first");
    node.put("price", new BigDecimal("1.10"));
    node.put("apple", "last");
    return node;
  }

  public static Message user(String text) {
    return Message.of(Role.USER, Content.of(text), NOW, null);
  }

  public static Message pinned(String text) {
    return new Message(Role.USER, Content.of(text), null, NOW, null, true);
  }

  public static Message assistant(String text, JobId job) {
    return Message.of(Role.ASSISTANT, Content.of(text), NOW.plusSeconds(1), job);
  }

  public static ClaimRequest request(JobId job, SessionKey session) {
    return new ClaimRequest(job, session, NOW, null, "request-1", metadata());
  }

  public static ChatResponse response(String text) {
    return response(text, new BigDecimal("0.00123"));
  }

  public static ChatResponse response(String text, BigDecimal cost) {
    return new ChatResponse(
        text,
        List.of(new Part.Text(text)),
        FinishReason.STOP,
        "model-a",
        "provider-a",
        List.of(),
        new TokenUsage(100, 20, 40, 5, 3, cost, false),
        "default:model-a");
  }

  public static UsageEvent usage(JobId job, SessionKey session, int attempt) {
    return usage(job, session, attempt, NOW.plusSeconds(1), "model-a", new BigDecimal("0.00123"));
  }

  public static UsageEvent usage(
      JobId job, SessionKey session, int attempt, Instant at, String model, BigDecimal cost) {
    return new UsageEvent(
        UsageEvent.eventId(job, attempt, 0),
        "request-1",
        job,
        session.sessionId(),
        session.tenantId(),
        "bot-1",
        "provider-a",
        model,
        FinishReason.STOP,
        1234,
        at,
        "default:model-a",
        metadata(),
        100,
        20,
        40,
        40,
        5,
        3,
        cost,
        "prices-1",
        false,
        2L,
        null);
  }

  public static UsageEvent correction(UsageEvent of, int number, String difference) {
    return new UsageEvent(
        UsageEvent.correctionId(of.eventId(), number),
        of.requestId(),
        of.jobId(),
        of.sessionId(),
        of.tenantId(),
        of.botId(),
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
        new BigDecimal(difference),
        "prices-2",
        false,
        null,
        new UsageEvent.Correction(of.eventId(), of.costUSD() == null));
  }

  public static JobOutcome.Ended ended(JobId job, SessionKey session, int attempt) {
    return new JobOutcome.Ended(
        job,
        session.tenantId(),
        session.sessionId(),
        attempt,
        NOW.plusMillis(5),
        NOW.plusSeconds(1));
  }

  public static TurnEnd completed(JobId job, SessionKey session, int attempt, long incarnation) {
    return completed(job, session, attempt, incarnation, "question", "answer");
  }

  public static TurnEnd completed(
      JobId job,
      SessionKey session,
      int attempt,
      long incarnation,
      String question,
      String answer) {
    return new TurnEnd(
        new JobOutcome.Completed(ended(job, session, attempt), response(answer)),
        attempt,
        incarnation,
        List.of(Message.of(Role.USER, Content.of(question), NOW, job), assistant(answer, job)),
        List.of(usage(job, session, attempt)));
  }

  /** The end of a compaction by a model, at the usual price. */
  public static TurnEnd compacted(
      JobId job, Session session, int attempt, TurnWriter.Rewrite rewrite) {
    Compaction compaction =
        new Compaction(
            CompactionStrategy.SUMMARISE, true, rewrite.removedCount(), response("x").usage());
    return new TurnEnd(
        new JobOutcome.Compacted(ended(job, session.key(), attempt), compaction),
        attempt,
        session.incarnation(),
        List.of(),
        null,
        rewrite,
        List.of(usage(job, session.key(), attempt)));
  }

  public static TurnEnd failed(JobId job, SessionKey session, int attempt) {
    return new TurnEnd(
        new JobOutcome.Failed(
            ended(job, session, attempt), new JobError("provider_error", "it broke")),
        attempt,
        0,
        List.of(),
        List.of(usage(job, session, attempt)));
  }
}
