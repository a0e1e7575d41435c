package dev.parley.endtoend.broken;

import static net.bytebuddy.matcher.ElementMatchers.named;

import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;

/** A mistake that an engine of this kind could have. */
enum Fault {

  /** None: what the others are compared with. */
  NONE("", "", Void.class),

  /** Says that a message is taken in before Kafka has acknowledged it, and loses some. */
  ACCEPTS_TOO_EARLY(
      "dev.parley.ingest.messages.KafkaSubmissionLog", "accept", Sabotage.Forgetful.class),

  /** Runs the turns of a session side by side. */
  MIXES_UP_SESSIONS("dev.parley.worker.turn.ChatWorkload", "route", Sabotage.Scattering.class),

  /** Asks nobody whether a job has ended, neither before the provider is called nor after. */
  TRUSTS_EVERY_DELIVERY(
      "org.postgresql.jdbc.PgConnection", "prepareStatement", Sabotage.Trusting.class),

  /** Commits the last offset that was read instead of the first that is not done. */
  COMMITS_TOO_EARLY("dev.parley.worker.engine.OffsetTracker", "watermark", Sabotage.Hasty.class),

  /** Takes all for one tenant: first come, first served. */
  KNOWS_NO_TENANTS("dev.parley.worker.engine.FairScheduler", "ready", Sabotage.Crowding.class);

  private final String type;
  private final String method;
  private final Class<?> advice;

  Fault(String type, String method, Class<?> advice) {
    this.type = type;
    this.method = method;
    this.advice = advice;
  }

  /** The class that has it. */
  String type() {
    return type;
  }

  /** What breaks it. */
  AsmVisitorWrapper breakage() {
    return Advice.to(advice).on(named(method));
  }
}
