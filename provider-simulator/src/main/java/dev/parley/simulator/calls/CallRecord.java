package dev.parley.simulator.calls;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One call as it was seen.
 *
 * @param number from 1, in the order in which the calls began
 * @param format the wire format
 * @param model as asked for
 * @param job the header {@code x-parley-job} or {@code idempotency-key}, or the metadata field
 *     {@code job}
 * @param session the directive or metadata field {@code session}, or the header {@code
 *     x-parley-session}
 * @param user the field {@code user}, or the format's like
 * @param context the digest of the messages that it was given
 * @param endedAt null while it goes on
 * @param status the HTTP status; 0 when none was sent
 * @param tokensSent tokens of the reply that went out
 * @param inFlight how many calls there were at its beginning, itself counted
 * @param sessionInFlight how many of its session there were, itself counted; 0 without a session
 */
public record CallRecord(
    long number,
    String format,
    String model,
    @Nullable String job,
    @Nullable String session,
    @Nullable String user,
    String context,
    int messages,
    boolean streamed,
    Instant beganAt,
    @Nullable Instant endedAt,
    CallOutcome outcome,
    int status,
    int tokensSent,
    int inFlight,
    int sessionInFlight) {

  CallRecord ended(Instant at, CallOutcome how, int withStatus, int tokens) {
    return new CallRecord(
        number,
        format,
        model,
        job,
        session,
        user,
        context,
        messages,
        streamed,
        beganAt,
        at,
        how,
        withStatus,
        tokens,
        inFlight,
        sessionInFlight);
  }
}
