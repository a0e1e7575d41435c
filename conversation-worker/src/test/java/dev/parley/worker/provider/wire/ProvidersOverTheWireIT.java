package dev.parley.worker.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.ReasoningOptions;
import dev.parley.schemas.chat.Tool;
import dev.parley.schemas.chat.TurnOptions;
import dev.parley.simulator.Simulator;
import dev.parley.simulator.SimulatorConfig;
import dev.parley.simulator.calls.CallOutcome;
import dev.parley.simulator.calls.CallRecord;
import dev.parley.worker.provider.Calls;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Deadlines;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderConfig;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.RecordingListener;
import dev.parley.worker.provider.ReplyListener;
import dev.parley.worker.provider.transport.TransportConfig;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** All formats against the simulator, over TLS and HTTP/2 with 100 streams a connection. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
final class ProvidersOverTheWireIT {

  private static final int STREAMS = 2_000;

  private final Simulator simulator = new Simulator(SimulatorConfig.onFreePort().withTls());

  @BeforeAll
  void start() throws Exception {
    simulator.start();
  }

  @AfterAll
  void stop() {
    simulator.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "responses", "anthropic", "gemini"})
  void streamedAndPlainAnswersAreTheSame(String format) throws Exception {
    try (Providers providers = providers(format)) {
      ChatProvider provider = provider(providers, format);
      ProviderCall call = hello("[[sim cached=2 reasoning=3]]");
      StringBuilder deltas = new StringBuilder();
      ProviderReply streamed = provider.call(call, collecting(deltas));
      ProviderReply plain = provider.call(call.withStream(false), ReplyListener.NONE);
      assertThat(streamed.text()).startsWith("I read 1 message").isEqualTo(plain.text());
      assertThat(deltas.toString()).isEqualTo(streamed.text());
      assertThat(streamed.finishReason()).isEqualTo(FinishReason.STOP);
      assertThat(streamed.usage()).isNotNull().isEqualTo(plain.usage());
      assertThat(streamed.usage().cachedReadTokens()).isEqualTo(2);
      assertThat(streamed.usage().inputTokens()).isGreaterThan(2);
      assertThat(streamed.usage().outputTokens()).isGreaterThan(3);
    }
  }

  @Test
  void anAnswerThatIsNotReadIsHeldBackAtTheServer() throws Exception {
    try (Providers providers = providers("openai")) {
      ChatProvider provider = provider(providers, "openai");
      CountDownLatch begun = new CountDownLatch(1);
      Thread reader =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  provider.call(
                      ProviderCall.of(
                          "sim-small",
                          null,
                          List.of(
                              Calls.user("Hi [[sim rate=100000/s tokens=100000 session=unread]]")),
                          TurnOptions.NONE,
                          200_000,
                          Deadlines.DEFAULT),
                      new ReplyListener() {
                        @Override
                        public void onText(String delta) {
                          begun.countDown();
                          while (!Thread.currentThread().isInterrupted()) {
                            LockSupport.park();
                          }
                        }
                      });
                } catch (ProviderException | InterruptedException e) {
                  // It is interrupted below.
                }
              });
      assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
      // Long enough for tens of thousands of tokens, if nothing held them up.
      Thread.sleep(2_000);
      reader.interrupt();
      reader.join();

      CallRecord call = ended("unread");
      assertThat(call.outcome()).isEqualTo(CallOutcome.CLIENT_CLOSED);
      // 32 KiB, and what lies in buffers on the way
      assertThat(call.tokensSent()).isLessThan(10_000);
    }
  }

  private CallRecord ended(String session) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (true) {
      CallRecord call =
          simulator.calls().calls().stream()
              .filter(record -> session.equals(record.session()))
              .findFirst()
              .orElseThrow();
      if (call.endedAt() != null) {
        return call;
      }
      assertThat(System.nanoTime()).as("ended in time").isLessThan(until);
      Thread.sleep(20);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "responses", "anthropic", "gemini"})
  void toolCallsComeThrough(String format) throws Exception {
    Tool tool = new Tool("get_weather", null, Samples.object("{\"type\":\"object\"}"));
    TurnOptions options =
        new TurnOptions(null, null, null, null, List.of(tool), null, null, null, null);
    ProviderCall call =
        Calls.of("sim-small", null, options, Calls.user("Hi [[sim tool=get_weather]]"));
    try (Providers providers = providers(format)) {
      for (boolean stream : new boolean[] {true, false}) {
        ProviderReply reply =
            provider(providers, format).call(call.withStream(stream), ReplyListener.NONE);
        assertThat(reply.finishReason()).isEqualTo(FinishReason.TOOL_CALL);
        assertThat(reply.toolCalls())
            .extracting(Part.ToolCall::name)
            .containsExactly("get_weather");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "responses", "anthropic", "gemini"})
  void reasoningThatWasAskedForIsToldBeforeTheAnswerAndCounted(String format) throws Exception {
    TurnOptions options =
        new TurnOptions(
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            null,
            new ReasoningOptions(ReasoningOptions.Effort.HIGH, null, null));
    ProviderCall call = Calls.of("sim-small", null, options, Calls.user("Hi [[sim reasoning=3]]"));
    try (Providers providers = providers(format)) {
      ChatProvider provider = provider(providers, format);
      RecordingListener heard = new RecordingListener();
      ProviderReply streamed = provider.call(call, heard);
      ProviderReply plain = provider.call(call.withStream(false), ReplyListener.NONE);
      assertThat(streamed.text()).startsWith("I read 1 message").isEqualTo(plain.text());
      assertThat(streamed.usage()).isNotNull().isEqualTo(plain.usage());
      assertThat(streamed.usage().reasoningTokens()).isEqualTo(3);
      assertThat(streamed.usage().outputTokens()).isGreaterThan(3);
      assertThat(streamed.usage().unfinished()).isFalse();
      assertThat(
              heard.heard().stream()
                  .filter(line -> !line.startsWith("usage") && !line.startsWith("started"))
                  .limit(6))
          .containsExactly(
              "reasoning started",
              "reasoning Let ",
              "reasoning me t",
              "reasoning hink",
              "reasoning completed",
              "text I re");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "responses", "anthropic", "gemini"})
  void cachedTokensAreCountedOnceWhereverTheProviderCountsThem(String format) throws Exception {
    try (Providers providers = providers(format)) {
      ChatProvider provider = provider(providers, format);
      String said = "Hello, tell me a long story [[sim cached=3 cache-write=2 cache-write-1h=1]]";
      long alone =
          usage(
                  provider,
                  "Hello, tell me a long story [[sim cached=0 cache-write=0 cache-write-1h=0]]")
              .inputTokens();
      ProviderUsage usage = usage(provider, said);
      assertThat(usage.inputTokens()).isEqualTo(alone);
      assertThat(usage.cachedReadTokens()).isEqualTo(3);
      assertThat(usage.cachedWrite5mTokens()).isEqualTo(format.equals("gemini") ? 0 : 2);
      assertThat(usage.cachedWrite1hTokens()).isEqualTo(format.equals("anthropic") ? 1 : 0);
      assertThat(usage.freshInputTokens())
          .isEqualTo(alone - 3 - usage.cachedWrite5mTokens() - usage.cachedWrite1hTokens());
    }
  }

  private static ProviderUsage usage(ChatProvider provider, String said) throws Exception {
    ProviderReply reply = provider.call(hello(said), ReplyListener.NONE);
    assertThat(reply.usage()).isNotNull();
    return reply.usage();
  }

  @ParameterizedTest
  @ValueSource(strings = {"openai", "responses", "anthropic", "gemini"})
  void breaksAreTyped(String format) throws Exception {
    try (Providers providers = providers(format)) {
      ChatProvider provider = provider(providers, format);
      assertThat(failure(provider, "cut-after=2")).isEqualTo(new Failure.BrokenStream());
      // A reset may take with it what had come before it and was not read yet.
      assertThat(failure(provider, "reset-after=2"))
          .isIn(new Failure.BrokenStream(), new Failure.Connection());
      assertThat(failure(provider, "fail=500")).isInstanceOf(Failure.ServerError.class);
      assertThat(failure(provider, "fail=429 retry-after=7s"))
          .isInstanceOfSatisfying(
              Failure.RateLimited.class, limited -> assertThat(limited.retryAfter()).hasSeconds(7));
      assertThat(failure(provider, "error-in-stream=2").retryable()).isTrue();
    }
  }

  @Test
  void manyStreamsFromAColdStartMeetNoStreamLimit() throws Exception {
    AtomicInteger opened = new AtomicInteger();
    List<CompletableFuture<String>> answers = new ArrayList<>();
    try (Providers providers = providers("openai")) {
      ChatProvider provider = provider(providers, "openai");
      ProviderCall call = hello("[[sim latency=2s tokens=5]]");
      for (int i = 0; i < STREAMS; i++) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        answers.add(answer);
        Thread.ofVirtual()
            .start(() -> {
              try {
                answer.complete(provider.call(call, ReplyListener.NONE).text());
              } catch (ProviderException | InterruptedException | RuntimeException e) {
                answer.completeExceptionally(e);
              }
            });
      }
      for (CompletableFuture<String> answer : answers) {
        assertThat(answer.get(100, TimeUnit.SECONDS)).isNotEmpty();
        opened.incrementAndGet();
      }
    }
    assertThat(opened).hasValue(STREAMS);
    assertThat(simulator.calls().stats().peakInFlight()).isGreaterThan(100);
  }

  @Test
  void interruptionStopsTheProvidersCallAndNoOther() throws Exception {
    try (Providers providers = providers("openai")) {
      ChatProvider provider = provider(providers, "openai");
      // Calls that other tests have left are noticed when their next bytes cannot be sent.
      await().atMost(60, TimeUnit.SECONDS).until(() -> simulator.calls().stats().inFlight() == 0);
      long closed = simulator.calls().stats().clientClosed();
      CountDownLatch streaming = new CountDownLatch(2);
      CompletableFuture<Object> cancelled = new CompletableFuture<>();
      CompletableFuture<Object> other = new CompletableFuture<>();
      Thread first = start(provider, "rate=20/s tokens=100000", streaming, cancelled);
      start(provider, "rate=20/s tokens=60", streaming, other);
      assertThat(streaming.await(60, TimeUnit.SECONDS)).isTrue();
      first.interrupt();
      assertThat(cancelled.get(60, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
      assertThat(other.get(60, TimeUnit.SECONDS)).isInstanceOf(ProviderReply.class);
      assertThat(simulator.calls().stats().clientClosed()).isEqualTo(closed + 1);
    }
  }

  private static Thread start(
      ChatProvider provider, String sim, CountDownLatch streaming, CompletableFuture<Object> end) {
    ReplyListener listener =
        new ReplyListener() {
          @Override
          public void onStarted(String model) {
            streaming.countDown();
          }
        };
    return Thread.ofVirtual()
        .start(() -> {
          try {
            end.complete(provider.call(hello("[[sim " + sim + "]]"), listener));
          } catch (ProviderException | InterruptedException | RuntimeException e) {
            end.complete(e);
          }
        });
  }

  private static Failure failure(ChatProvider provider, String sim) {
    return catchThrowableOfType(
            ProviderException.class,
            () -> provider.call(hello("[[sim tokens=20 " + sim + "]]"), ReplyListener.NONE))
        .failure();
  }

  private static ProviderCall hello(String sim) {
    return Calls.of("sim-small", null, TurnOptions.NONE, Calls.user("Hello " + sim));
  }

  private static ReplyListener collecting(StringBuilder deltas) {
    return new ReplyListener() {
      @Override
      public void onText(String delta) {
        deltas.append(delta);
      }
    };
  }

  private Providers providers(String format) throws Exception {
    String url = simulator.baseUrl().toString();
    Map<String, String> env = new HashMap<>();
    env.put("OPENAI_BASE_URL", url + "/v1");
    env.put("OPENAI_API_KEY", "k");
    env.put("OPENAI_API", format.equals("responses") ? "responses" : "chat");
    env.put("ANTHROPIC_BASE_URL", url);
    env.put("ANTHROPIC_API_KEY", "k");
    env.put("GEMINI_BASE_URL", url);
    env.put("GEMINI_API_KEY", "k");
    return new Providers(
        ProviderConfig.fromEnv(env),
        new TransportConfig(80, 1_000, 12_000, simulator.clientContext()),
        Clock.systemUTC());
  }

  private static ChatProvider provider(Providers providers, String format) {
    return providers.byName().get(format.equals("responses") ? "openai" : format);
  }
}
