package dev.parley.worker.turn;

import dev.parley.schemas.JobError;
import dev.parley.schemas.JobOutcome;
import dev.parley.schemas.JobOutcome.Ended;
import dev.parley.schemas.Submission;
import dev.parley.schemas.Submission.MessageSubmitted;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.ChatResponse;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import dev.parley.schemas.chat.TokenUsage;
import dev.parley.schemas.chat.Tool;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.Router;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Makes of what a turn came to the end that is written: outcome, messages and bill. */
final class TurnEnds {

  private final Metering metering;
  private final ToLongFunction<Message> tokensOf;
  private final Clock clock;

  TurnEnds(Metering metering, ToLongFunction<Message> tokensOf, Clock clock) {
    this.metering = metering;
    this.tokensOf = tokensOf;
    this.clock = clock;
  }

  /**
   * A call that was made.
   *
   * @param warnings what the tenant should know of
   */
  record Call(
      PreparedTurn turn,
      Router.Route route,
      ProviderCall asked,
      Heard heard,
      List<String> warnings) {
    MessageSubmitted submission() {
      return turn.submission();
    }

    Call withWarnings(List<String> newWarnings) {
      return newWarnings.isEmpty() ? this : new Call(turn, route, asked, heard, newWarnings);
    }
  }

  TurnEnd expired(Submission submission, int attempt) {
    return withoutMessages(
        new JobOutcome.Expired(ended(submission, attempt, null)), attempt, List.of());
  }

  /** Cancelled before any call. */
  TurnEnd cancelled(Submission submission, int attempt) {
    return withoutMessages(
        new JobOutcome.Cancelled(ended(submission, attempt, null)), attempt, List.of());
  }

  /** Failed before any call. */
  TurnEnd failed(Submission submission, int attempt, Instant startedAt, JobError error) {
    return failed(submission, attempt, startedAt, error, List.of());
  }

  TurnEnd failed(Call call, ProviderException failure) {
    ProviderUsage told = firstSet(failure.partial().usage(), call.heard().usage());
    boolean free = told == null && !failure.visibleOutput();
    return failed(
        call.submission(),
        call.turn().attempt(),
        call.turn().startedAt(),
        errorOf(failure),
        billOf(call, free ? null : broken(call, told)));
  }

  /**
   * @param reply what had come before the cancel was noticed; null when that was no whole answer
   */
  TurnEnd cancelled(Call call, @Nullable ProviderReply reply) {
    ProviderUsage told = firstSet(reply == null ? null : reply.usage(), call.heard().usage());
    boolean free = told == null && call.heard().model() == null;
    return withoutMessages(
        new JobOutcome.Cancelled(ended(call)),
        call.turn().attempt(),
        billOf(call, free ? null : broken(call, told)));
  }

  TurnEnd completed(Call call, Message question, ProviderReply reply) {
    PreparedTurn turn = call.turn();
    Instant endedAt = now();
    UsageEvent usage =
        metering.event(
            turn.submission(),
            turn.attempt(),
            call.turn().history().steps + 1,
            call.route(),
            reply.model(),
            reply.finishReason(),
            turn.startedAt(),
            endedAt,
            reply.usage(),
            estimate(call));
    ChatResponse response =
        new ChatResponse(
            reply.text(),
            shown(reply),
            reply.finishReason(),
            reply.model(),
            call.route().provider().name(),
            reply.toolCalls(),
            usage.tokenUsage(),
            call.route().decision(),
            call.warnings().isEmpty() ? null : call.warnings());
    Message answer =
        Message.of(Role.ASSISTANT, contentOf(reply), endedAt, turn.submission().jobId());
    return new TurnEnd(
        new JobOutcome.Completed(ended(call), response),
        turn.attempt(),
        turn.conversation().session().incarnation(),
        List.of(question, answer),
        billOf(call, usage));
  }

  /** Without a call and without a fault: what the budget did not allow. */
  TurnEnd skipped(Call call, String why) {
    ChatResponse response =
        new ChatResponse(
            "",
            List.of(),
            FinishReason.ERROR,
            call.route().model(),
            call.route().provider().name(),
            List.of(),
            TokenUsage.NONE,
            call.route().decision(),
            List.of(why));
    return withoutMessages(
        new JobOutcome.Completed(ended(call), response), call.turn().attempt(), billOf(call, null));
  }

  /** Failed by ourselves, after calls may have been made. */
  TurnEnd refused(Call call, JobError error) {
    return failed(
        call.submission(),
        call.turn().attempt(),
        call.turn().startedAt(),
        error,
        billOf(call, null));
  }

  /**
   * The bill of a failed call that the turn goes on after, null when it cost nothing. Takes a step
   * of the attempt.
   */
  @Nullable UsageEvent paid(Call call, ProviderException.Partial partial) {
    if (partial.usage() == null) {
      return null;
    }
    UsageEvent event =
        broken(
            call,
            partial.model() == null ? call.route().model() : partial.model(),
            partial.usage());
    call.turn().history().steps++;
    return event;
  }

  /** The calls that were paid for before, and the last one. */
  private static List<UsageEvent> billOf(Call call, @Nullable UsageEvent last) {
    List<UsageEvent> bill = new ArrayList<>(call.turn().history().paid);
    if (last != null) {
      bill.add(last);
    }
    return bill;
  }

  static JobError errorOf(ProviderException e) {
    return new JobError(e.code(), e.failure().message());
  }

  /** The time as it is written: to the millisecond. */
  Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  TurnEnd failed(
      Submission submission,
      int attempt,
      Instant startedAt,
      JobError error,
      List<UsageEvent> usage) {
    return withoutMessages(
        new JobOutcome.Failed(ended(submission, attempt, startedAt), error), attempt, usage);
  }

  /** The bill of a call that brought no answer. */
  private UsageEvent broken(Call call, @Nullable ProviderUsage told) {
    String model = call.heard().model();
    return broken(call, model == null ? call.route().model() : model, told);
  }

  private UsageEvent broken(Call call, String model, @Nullable ProviderUsage told) {
    return metering.event(
        call.submission(),
        call.turn().attempt(),
        call.turn().history().steps + 1,
        call.route(),
        model,
        FinishReason.ERROR,
        call.turn().startedAt(),
        now(),
        told,
        estimate(call));
  }

  private ProviderUsage estimate(Call call) {
    return ProviderUsage.of(
        inputTokens(call.asked(), tokensOf), TokenEstimate.ofCharacters(call.heard().characters()));
  }

  /** What a call sends, in estimated tokens. */
  static long inputTokens(ProviderCall call, ToLongFunction<Message> tokensOf) {
    long input = call.messages().stream().mapToLong(tokensOf).sum();
    List<Tool> tools = call.options().tools();
    if (tools != null) {
      input += tools.stream().mapToLong(TokenEstimate::ofTool).sum();
    }
    String system = call.system();
    return system == null ? input : input + TokenEstimate.ofCharacters(system.length());
  }

  private Ended ended(Call call) {
    return ended(call.submission(), call.turn().attempt(), call.turn().startedAt());
  }

  Ended ended(Submission submission, int attempt, @Nullable Instant startedAt) {
    return new Ended(
        submission.jobId(),
        submission.tenantId(),
        submission.sessionId(),
        attempt,
        startedAt,
        now());
  }

  private static TurnEnd withoutMessages(JobOutcome outcome, int attempt, List<UsageEvent> usage) {
    return new TurnEnd(outcome, attempt, 0, List.of(), usage);
  }

  private static List<Part> shown(ProviderReply reply) {
    return reply.content().stream().filter(part -> !(part instanceof Part.Reasoning)).toList();
  }

  /** Reasoning is wanted back with the results of tools, and of no use after an answer in text. */
  private static Content contentOf(ProviderReply reply) {
    return reply.toolCalls().isEmpty() ? Content.of(reply.text()) : Content.of(reply.content());
  }

  private static <T> @Nullable T firstSet(@Nullable T first, @Nullable T second) {
    return first == null ? second : first;
  }
}
