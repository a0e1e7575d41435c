package dev.parley.simulator.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlannerTest {

  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);

  private final Planner planner = planner(1);

  private static Planner planner(long seed) {
    return new Planner(Behaviour.INSTANT, seed, CLOCK);
  }

  private static ChatRequest request(String model, String said, Map<String, String> metadata) {
    ContextDigest digest = new ContextDigest();
    digest.add("user", said);
    return new ChatRequest(
        model, 1, digest.value(), said, false, Tokens.count(said), false, false, null, metadata);
  }

  private static ChatRequest request(String said) {
    return request("sim-small", said, Map.of());
  }

  private Plan plan(ChatRequest request) {
    return plan(planner, request, null);
  }

  private static Plan plan(Planner planner, ChatRequest request, @Nullable String job) {
    return planner.plan(request, planner.behaviour(request, null), 7, job);
  }

  @Test
  void theReplyTellsWhatTheModelSaw() {
    Reply reply = plan(request("Hello [[sim cached=1]]")).reply();

    ReplyText told = ReplyText.read(reply.text());
    assertThat(told).isNotNull();
    assertThat(told.messages()).isEqualTo(1);
    assertThat(told.quote()).isEqualTo("Hello");
    assertThat(told.context()).isEqualTo(request("Hello [[sim cached=1]]").context());
    assertThat(reply.createdAt()).isEqualTo(CLOCK.instant().getEpochSecond());
    assertThat(reply.outputTokens()).isEqualTo(Tokens.count(reply.text()));
    assertThat(reply.cachedTokens()).isEqualTo(1);
  }

  @Test
  void theSameRequestGetsTheSameReplyFromAnySimulator() {
    assertThat(plan(planner(1), request("Hello"), null))
        .isEqualTo(plan(planner(2), request("Hello"), null));
    assertThat(plan(request("Hello")).reply().text())
        .isNotEqualTo(plan(request("Hello!")).reply().text());
  }

  @Test
  void theQuoteIsBoundedAndCutsNoCharacterInTwo() {
    String said = "x".repeat(ReplyText.QUOTE_LENGTH - 1) + "\uD83D\uDE00";

    assertThat(ReplyText.to(request(said)).quote())
        .isEqualTo("x".repeat(ReplyText.QUOTE_LENGTH - 1));
  }

  @Test
  void aReplyIsAsLongAsItIsAskedToBe() {
    for (int tokens : new int[] {1, 5, 12, 40, 400}) {
      Reply reply = plan(request("Hello [[sim tokens=" + tokens + "]]")).reply();
      assertThat(reply.outputTokens()).isEqualTo(tokens);
      assertThat(Tokens.count(reply.text())).isEqualTo(tokens);
    }
  }

  @Test
  void theLimitOfTheRequestCutsTheReply() {
    ChatRequest limited =
        new ChatRequest("m", 1, "00000000", "Hi", false, 1, false, false, 3, Map.of());

    Reply reply = plan(limited).reply();

    assertThat(reply.finish()).isEqualTo("length");
    assertThat(reply.outputTokens()).isEqualTo(3);
  }

  @Test
  void whatIsReasonedIsToldOnWishAndCountsAgainstTheLimit() {
    Reply told = plan(reasoning(Thoughts.TOLD, "Hi [[sim reasoning=3]]", 5)).reply();
    assertThat(Tokens.count(told.thoughts())).isEqualTo(3);
    assertThat(told.reasoningTokens()).isEqualTo(3);
    assertThat(told.outputTokens()).isEqualTo(2);
    assertThat(told.streamedTokens()).isEqualTo(5);
    assertThat(told.finish()).isEqualTo("length");

    Reply hidden = plan(reasoning(Thoughts.HIDDEN, "Hi", null)).reply();
    assertThat(hidden.thoughts()).isEmpty();
    assertThat(hidden.reasoningTokens()).isEqualTo(Thoughts.TOKENS);
    assertThat(hidden.finish()).isEqualTo("stop");

    assertThat(plan(request("Hi")).reply().reasoningTokens()).isZero();
  }

  private static ChatRequest reasoning(
      Thoughts thoughts, String said, @Nullable Integer maxTokens) {
    return new ChatRequest(
        "m", 1, "00000000", said, false, 1, false, false, maxTokens, Map.of(), thoughts);
  }

  @Test
  void aToolIsCalledUntilItHasAnswered() {
    Reply asked = plan(request("Rain? [[sim tool=get_weather]]")).reply();
    ChatRequest answered =
        new ChatRequest(
            "m", 3, "00000000", "Rain? [[sim tool=t]]", true, 1, false, false, null, Map.of());

    assertThat(asked.tool()).isEqualTo("get_weather");
    assertThat(asked.finish()).isEqualTo("tool_calls");
    assertThat(asked.text()).isEqualTo("{\"input\":\"Rain?\"}");
    assertThat(plan(answered).reply().tool()).isNull();
    assertThat(plan(answered).reply().finish()).isEqualTo("stop");
  }

  @Test
  void directivesOfTheMessageWinOverHeaderMetadataModelAndDefaults() {
    Planner slow =
        new Planner(Directives.apply(Behaviour.INSTANT, "tokens=1 cached=1 rate=1"), 1, CLOCK);
    Map<String, String> metadata = Map.of("sim", "tokens=3 reasoning=3");
    ChatRequest request =
        request("sim-small+tokens=2+reasoning=2+latency=1ms", "[[sim tokens=5]]", metadata);

    Behaviour behaviour = slow.behaviour(request, "tokens=4 cache-write=4");

    assertThat(behaviour.tokens()).isEqualTo(5);
    assertThat(behaviour.cacheWriteTokens()).isEqualTo(4);
    assertThat(behaviour.reasoningTokens()).isEqualTo(3);
    assertThat(behaviour.latency()).isEqualTo(new Delay.Fixed(Duration.ofMillis(1)));
    assertThat(behaviour.tokensPerSecond()).isEqualTo(1);
    assertThat(plan(request).reply().model()).isEqualTo("sim-small");
  }

  @Test
  void theFirstCallsOfAKeyFail() {
    ChatRequest a = request("[[sim fail=429:2 key=a]]");
    ChatRequest b = request("[[sim fail=500:1 key=b]]");

    assertThat(plan(a).failure()).isNotNull().extracting(Failure::status).isEqualTo(429);
    assertThat(plan(b).failure()).isNotNull();
    assertThat(plan(a).failure()).isNotNull();
    assertThat(plan(b).failure()).isNull();
    assertThat(plan(a).failure()).isNull();
  }

  @Test
  void withoutAKeyTheJobIsCounted() {
    ChatRequest request = request("[[sim fail=500:1]]");

    assertThat(plan(planner, request, "job-1").failure()).isNotNull();
    assertThat(plan(planner, request, "job-2").failure()).isNotNull();
    assertThat(plan(planner, request, "job-1").failure()).isNull();
  }

  @Test
  void chanceIsDrawnFromTheSeed() {
    List<Boolean> fates = fates(planner(1));

    assertThat(fates).isEqualTo(fates(planner(1))).isNotEqualTo(fates(planner(2)));
    assertThat(fates.stream().filter(failed -> failed).count()).isBetween(50L, 150L);
  }

  private static List<Boolean> fates(Planner planner) {
    return IntStream.range(0, 400)
        .mapToObj(i -> plan(planner, request("[[sim fail-rate=0.25]]"), "job-" + i))
        .map(plan -> plan.failure() != null)
        .toList();
  }

  @Test
  void latencyStaysWithinItsBounds() {
    for (int i = 0; i < 100; i++) {
      Plan plan = plan(planner, request("[[sim latency=10ms..20ms]]"), "job-" + i);
      assertThat(plan.latencyNanos()).isBetween(10_000_000L, 20_000_000L);
    }
  }

  @Test
  void tokensAreDueAtTheirPace() {
    Plan plan = plan(request("[[sim rate=10/s tokens=30]]"));

    assertThat(plan.dueAfter(-1)).isZero();
    assertThat(plan.dueAfter(0)).isEqualTo(1);
    assertThat(plan.dueAfter(99_000_000)).isEqualTo(1);
    assertThat(plan.dueAfter(100_000_000)).isEqualTo(2);
    assertThat(plan.nanosTo(5)).isEqualTo(500_000_000);
  }
}
