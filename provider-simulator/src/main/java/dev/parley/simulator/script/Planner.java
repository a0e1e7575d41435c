package dev.parley.simulator.script;

import java.time.Clock;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Draws up the course of a call from its request: the behaviour is the default, changed by the
 * model's name ({@code sim-small+latency=200ms+tokens=40}), by the metadata field {@code sim}, by
 * the header {@code x-sim}, and by the directives in the user's last message, in this order.
 *
 * <p>Chance is drawn from the seed, the call's key and how often that key has been seen, so the
 * same calls meet the same fate in each run, and a call that is tried again may meet another one.
 * Safe for use by many threads.
 */
public final class Planner {

  private static final int REMEMBERED_KEYS = 100_000;

  private final Behaviour defaults;
  private final long seed;
  private final Clock clock;
  private final Attempts attempts = new Attempts(REMEMBERED_KEYS);

  /** A planner for one simulator. */
  public Planner(Behaviour defaults, long seed, Clock clock) {
    this.defaults = defaults;
    this.seed = seed;
    this.clock = clock;
  }

  /**
   * What the call is asked to be.
   *
   * @throws DirectiveException when a directive cannot be read
   */
  public Behaviour behaviour(ChatRequest request, @Nullable String header) {
    Behaviour behaviour = defaults;
    int plus = request.model().indexOf('+');
    if (plus >= 0) {
      behaviour =
          Directives.apply(behaviour, request.model().substring(plus + 1).replace('+', ' '));
    }
    behaviour = Directives.apply(behaviour, request.metadata().getOrDefault("sim", ""));
    behaviour = Directives.apply(behaviour, header == null ? "" : header);
    for (String block : Directives.in(request.lastUserText())) {
      behaviour = Directives.apply(behaviour, block);
    }
    return behaviour;
  }

  /**
   * The course of one call.
   *
   * @param number the call's number
   * @param jobMarker what the client calls this piece of work; calls are counted by it when no
   *     {@code key} was given
   */
  public Plan plan(
      ChatRequest request, Behaviour behaviour, long number, @Nullable String jobMarker) {
    Failure failure = behaviour.failure();
    Delay latency = behaviour.latency();
    if (failure == null && latency instanceof Delay.Fixed fixed) {
      return plan(request, behaviour, number, fixed.value().toNanos(), null);
    }
    String key =
        behaviour.key() != null
            ? behaviour.key()
            : jobMarker != null ? jobMarker : request.context();
    int attempt = attempts.next(key);
    RandomGenerator random = new SplittableRandom(seed * 31 * 31 + key.hashCode() * 31L + attempt);
    boolean fails =
        failure != null
            && attempt <= failure.times()
            && (behaviour.failureRate() == 1 || random.nextDouble() < behaviour.failureRate());
    return plan(request, behaviour, number, latency.nanos(random), fails ? failure : null);
  }

  private Plan plan(
      ChatRequest request,
      Behaviour behaviour,
      long number,
      long latencyNanos,
      @Nullable Failure failure) {
    return new Plan(
        reply(request, behaviour, number),
        latencyNanos,
        behaviour.tokensPerSecond(),
        failure,
        behaviour.disruption());
  }

  private Reply reply(ChatRequest request, Behaviour behaviour, long number) {
    ReplyText words = ReplyText.to(request);
    String tool = request.answersTool() ? null : behaviour.tool();
    int reasoning = reasoningTokens(request, behaviour);
    String finish = tool == null ? "stop" : "tool_calls";
    String text;
    if (tool != null) {
      text = ToolArguments.quoting(words.quote());
    } else {
      text = behaviour.tokens() == 0 ? words.text() : words.text(behaviour.tokens());
      int room = room(request, reasoning);
      if (Tokens.count(text) > room) {
        text = Tokens.first(text, room);
        finish = "length";
      }
    }
    return new Reply(
        request.context() + HexFormat.of().toHexDigits(number),
        modelName(request.model()),
        clock.instant().getEpochSecond(),
        request.thoughts() == Thoughts.TOLD ? Thoughts.text(reasoning) : "",
        text,
        tool,
        behaviour.finish() == null ? finish : behaviour.finish(),
        request.promptTokens(),
        Math.min(behaviour.cachedTokens(), request.promptTokens()),
        Math.min(behaviour.cacheWriteTokens(), request.promptTokens()),
        Math.min(behaviour.cacheWrite1hTokens(), request.promptTokens()),
        Tokens.count(text),
        reasoning,
        behaviour.usage());
  }

  /** What is reasoned counts, where it was asked for. */
  private static int room(ChatRequest request, int reasoning) {
    Integer limit = request.maxTokens();
    if (limit == null) {
      return Integer.MAX_VALUE;
    }
    return request.thoughts() == Thoughts.NONE ? limit : Math.max(0, limit - reasoning);
  }

  private static int reasoningTokens(ChatRequest request, Behaviour behaviour) {
    int told = behaviour.reasoningTokens();
    return told == 0 && request.thoughts() != Thoughts.NONE ? Thoughts.TOKENS : told;
  }

  private static String modelName(String asked) {
    int plus = asked.indexOf('+');
    return plus < 0 ? asked : asked.substring(0, plus);
  }
}
