package dev.parley.worker.provider.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Part;
import dev.parley.worker.provider.ApiKey;
import dev.parley.worker.provider.Calls;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Deadlines;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.FakeServer;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderConfig;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.RecordingListener;
import dev.parley.worker.provider.ReplyListener;
import dev.parley.worker.provider.transport.TransportConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The way of a call, whatever its format; Chat Completions stand for all. */
@Timeout(60)
final class HttpChatProviderTest {

  private static final Duration SHORT = Duration.ofMillis(150);

  private final FakeServer server = new FakeServer();
  private final Providers providers = providers(server.url(), TransportConfig.DEFAULT);
  private final ChatProvider provider = providers.byName().get("openai");

  @AfterEach
  void close() {
    providers.close();
    server.close();
  }

  @Test
  void streamsDeltasToTheListenerAndReturnsTheWhole() throws Exception {
    server.then(reply ->
        reply.stream("x-request-id: req_1", "x-ratelimit-remaining-requests: 9")
            .data(delta("Hel"))
            .data(delta("lo"))
            .data(stop())
            .data("{\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}")
            .data("[DONE]")
            .end());
    RecordingListener listener = new RecordingListener();
    ProviderReply reply = provider.call(Calls.hello("m"), listener);
    assertThat(reply.text()).isEqualTo("Hello");
    assertThat(reply.finishReason()).isEqualTo(FinishReason.STOP);
    assertThat(reply.usage()).isEqualTo(ProviderUsage.of(5, 2));
    assertThat(reply.model()).isEqualTo("m-1");
    assertThat(reply.providerRequestId()).isEqualTo("req_1");
    assertThat(listener.heard())
        .containsExactly("limits 9/null", "started m-1", "text Hel", "text lo", "usage 5/2");
  }

  @Test
  void readsAPlainAnswerWhenTheServerIgnoresTheWishForAStream() throws Exception {
    server.then(reply ->
        reply.json(
            "{\"model\":\"m-1\",\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}"));
    ProviderReply reply = provider.call(Calls.hello("m"), ReplyListener.NONE);
    assertThat(reply.text()).isEqualTo("Hi");
    assertThat(reply.usage()).isNull();
  }

  @Test
  void aConnectionServesAgainAlthoughTheBodyEndsAfterTheTerminalEvent() throws Exception {
    server.always(reply -> {
      reply.stream().data(delta("Hi")).data(stop()).data("[DONE]");
      Thread.sleep(20);
      reply.chunk(": bye\n").end();
    });
    int calls = 0;
    do {
      provider.call(Calls.hello("m"), ReplyListener.NONE);
      calls++;
      Thread.sleep(50);
    } while (server.connections() == calls && calls < 100);
    assertThat(server.connections()).isLessThan(calls);
  }

  @Test
  void aTenantsKeyIsUsedInsteadOfTheDeployments() throws Exception {
    server.always(FULL);
    provider.call(Calls.hello("m"), ReplyListener.NONE);
    provider.call(Calls.hello("m").withApiKey(new ApiKey("of-tenant")), ReplyListener.NONE);
    assertThat(server.received())
        .extracting(request -> request.headers().get("authorization"))
        .containsExactly("Bearer of-deployment", "Bearer of-tenant");
  }

  @Test
  void theKeyOfTheRequestGoesOut() throws Exception {
    server.always(FULL);
    provider.call(Calls.hello("m"), ReplyListener.NONE);
    provider.call(Calls.hello("m").withRequestKey("job-7"), ReplyListener.NONE);
    assertThat(server.received())
        .extracting(request -> request.headers().get("idempotency-key"))
        .containsExactly(null, "job-7");
  }

  @Test
  void statusesBecomeTypedFailures() {
    assertThat(failureOf(401, "{}")).isEqualTo(new Failure.Authentication());
    assertThat(failureOf(403, "{}")).isEqualTo(new Failure.Authentication());
    assertThat(failureOf(408, "{}")).isEqualTo(new Failure.ServerError(408, null));
    assertThat(failureOf(409, "{}")).isEqualTo(new Failure.ServerError(409, null));
    assertThat(failureOf(500, "not JSON")).isEqualTo(new Failure.ServerError(500, null));
    assertThat(failureOf(529, "{}")).isEqualTo(new Failure.Overloaded(null));
    assertThat(failureOf(404, error("model_not_found", "invalid_request_error")))
        .isEqualTo(new Failure.InvalidRequest("model_not_found"));
    assertThat(failureOf(429, error("rate_limit_exceeded", "requests"), "retry-after: 7"))
        .isEqualTo(new Failure.RateLimited(Duration.ofSeconds(7)));
    assertThat(failureOf(429, "{}", "retry-after-ms: 1500", "retry-after: 2"))
        .isEqualTo(new Failure.RateLimited(Duration.ofMillis(1500)));
    assertThat(failureOf(429, error("insufficient_quota", "insufficient_quota")))
        .isEqualTo(new Failure.QuotaExhausted());
    assertThat(failureOf(400, error("content_filter", "x")))
        .isEqualTo(new Failure.ContentFiltered());
  }

  @Test
  void nothingOfTheProvidersWordsReachesTheMessage() {
    server.then(reply ->
        reply.status(
            400,
            "application/json",
            "{\"error\":{\"message\":\"You said 'secret words'\",\"code\":\"secret words\"}}"));
    ProviderException failure = fail(Calls.hello("m"), ReplyListener.NONE);
    assertThat(failure).hasMessage("the provider rejected the request").hasNoCause();
  }

  @Test
  void aLongErrorBodyIsCutAndStillTyped() {
    assertThat(failureOf(500, "x".repeat(300_000))).isEqualTo(new Failure.ServerError(500, null));
  }

  @Test
  void aStreamThatEndsWithoutItsTerminalEventIsBrokenAndNeverAStop() {
    server.then(reply -> reply.stream().data(delta("Hel")).end());
    ProviderException failure = fail(Calls.hello("m"), ReplyListener.NONE);
    assertThat(failure.failure()).isEqualTo(new Failure.BrokenStream());
    assertThat(failure.visibleOutput()).isTrue();
    assertThat(failure.retryable()).isFalse();
    assertThat(failure.partial().content()).containsExactly(new Part.Text("Hel"));
  }

  @Test
  void anEmptyStreamIsBrokenAndMayBeTriedAgain() {
    server.then(reply -> reply.stream().end());
    ProviderException failure = fail(Calls.hello("m"), ReplyListener.NONE);
    assertThat(failure.failure()).isEqualTo(new Failure.BrokenStream());
    assertThat(failure.retryable()).isTrue();
  }

  @Test
  void aResetInTheMiddleIsBrokenWithWhatHadCome() {
    server.then(reply -> {
      reply.stream().data(delta("Hel"));
      Thread.sleep(100);
      reply.reset();
    });
    ProviderException failure = fail(Calls.hello("m"), ReplyListener.NONE);
    assertThat(failure.failure()).isEqualTo(new Failure.BrokenStream());
    assertThat(failure.visibleOutput()).isTrue();
  }

  @Test
  void aResetBeforeTheAnswerIsAConnectionFailure() {
    server.then(FakeServer.Reply::reset);
    ProviderException failure = fail(Calls.hello("m"), ReplyListener.NONE);
    assertThat(failure.failure()).isEqualTo(new Failure.Connection());
    assertThat(failure.retryable()).isTrue();
  }

  @Test
  void nobodyListeningIsAConnectionFailure() {
    server.close();
    assertThat(fail(Calls.hello("m"), ReplyListener.NONE).failure())
        .isEqualTo(new Failure.Connection());
  }

  @Test
  void anErrorInsideTheStreamIsTypedAndMayBeTriedAgainBeforeVisibleOutput() {
    server.then(reply ->
        reply.stream()
            .data("{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}")
            .data(error("rate_limit_exceeded", "tokens")));
    ProviderException failure = fail(Calls.hello("m"), ReplyListener.NONE);
    assertThat(failure.failure()).isEqualTo(new Failure.RateLimited(null));
    assertThat(failure.retryable()).isTrue();
  }

  @Test
  void anErrorInsideTheStreamAfterVisibleOutputIsFinal() {
    server.then(
        reply -> reply.stream().data(delta("Hel")).event("error", error("server_error", "x")));
    ProviderException failure = fail(Calls.hello("m"), ReplyListener.NONE);
    assertThat(failure.failure()).isEqualTo(new Failure.ServerError(500, null));
    assertThat(failure.retryable()).isFalse();
  }

  @Test
  void anEventThatIsNoJsonIsBrokenAndNotQuoted() {
    server.then(reply -> reply.stream().data("{\"choices\": secret"));
    ProviderException failure = fail(Calls.hello("m"), ReplyListener.NONE);
    assertThat(failure.failure()).isEqualTo(new Failure.BrokenStream());
    assertThat(failure).hasNoCause();
  }

  @Test
  void aHugeEventIsRefusedWithoutBeingHeld() {
    server.then(reply -> {
      reply.stream().chunk("data: ");
      String piece = "x".repeat(1 << 20);
      for (int i = 0; i < 16; i++) {
        reply.chunk(piece);
      }
    });
    ProviderException failure = fail(Calls.hello("m"), ReplyListener.NONE);
    assertThat(failure.failure()).isEqualTo(new Failure.InvalidReply());
  }

  @Test
  void hangingBeforeTheHeadersPassesTheFirstTokenDeadline() throws Exception {
    server.then(FakeServer.Reply::hang);
    assertTimeout(Deadlines.Phase.FIRST_TOKEN, d -> with(d, null, SHORT, null, null));
    assertThat(server.clientGone().await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void commentsAndEmptyDeltasDoNotCountAsTheFirstToken() {
    server.then(reply -> {
      reply.stream();
      while (true) {
        reply.chunk(": ping\n\n");
        reply.data("{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}");
        Thread.sleep(20);
      }
    });
    assertTimeout(Deadlines.Phase.FIRST_TOKEN, d -> with(d, null, SHORT, null, null));
  }

  @Test
  void hangingBetweenTokensPassesTheIdleDeadlineAndHangsUp() throws Exception {
    server.then(reply -> {
      reply.stream().data(delta("Hel"));
      reply.hang();
    });
    ProviderException failure =
        assertTimeout(Deadlines.Phase.IDLE, d -> with(d, null, null, SHORT, null));
    assertThat(failure.visibleOutput()).isTrue();
    assertThat(server.clientGone().await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void anAnswerWithoutEndPassesTheTotalDeadline() {
    server.then(reply -> {
      reply.stream();
      while (true) {
        reply.data(delta("x"));
        Thread.sleep(5);
      }
    });
    assertTimeout(Deadlines.Phase.TOTAL, d -> with(d, null, null, null, SHORT));
  }

  @Test
  void aServerThatDoesNotAcceptPassesTheConnectDeadline() throws Exception {
    try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<Socket> fillers = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Socket filler = new Socket();
        fillers.add(filler);
        try {
          filler.connect(full.getLocalSocketAddress(), 100);
        } catch (IOException e) {
          break;
        }
      }
      try (Providers toFull =
          providers("http://127.0.0.1:" + full.getLocalPort(), TransportConfig.DEFAULT)) {
        ProviderCall call =
            Calls.hello("m").withDeadlines(with(Calls.PATIENT, SHORT, null, null, null));
        ProviderException failure =
            catchThrowableOfType(
                ProviderException.class,
                () -> toFull.byName().get("openai").call(call, ReplyListener.NONE));
        assertThat(failure.failure()).isEqualTo(new Failure.Timeout(Deadlines.Phase.CONNECT));
        assertThat(failure.retryable()).isTrue();
      }
      for (Socket filler : fillers) {
        filler.close();
      }
    }
  }

  @Test
  void waitingForAFreeConnectionPassesTheConnectDeadlineAndGivesNothingAway() throws Exception {
    try (Providers narrow = providers(server.url(), new TransportConfig(1, 1, 1, null))) {
      ChatProvider one = narrow.byName().get("openai");
      CountDownLatch streaming = new CountDownLatch(1);
      server.then(reply -> {
        reply.stream().data(delta("Hel"));
        reply.hang();
      });
      server.always(FULL);
      Thread holder = Thread.ofVirtual().start(() -> quietly(one, streaming));
      assertThat(streaming.await(30, TimeUnit.SECONDS)).isTrue();
      ProviderCall call =
          Calls.hello("m").withDeadlines(with(Calls.PATIENT, SHORT, null, null, null));
      ProviderException failure =
          catchThrowableOfType(ProviderException.class, () -> one.call(call, ReplyListener.NONE));
      assertThat(failure.failure()).isEqualTo(new Failure.Timeout(Deadlines.Phase.CONNECT));
      holder.interrupt();
      holder.join();
      assertThat(one.call(Calls.hello("m"), ReplyListener.NONE).text()).isEqualTo("Hi");
    }
  }

  @Test
  void interruptionBeforeTheHeadersHangsUp() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    server.then(reply -> {
      asked.countDown();
      reply.hang();
    });
    assertInterruptionHangsUp(asked, ReplyListener.NONE);
  }

  @Test
  void interruptionBetweenTokensHangsUp() throws Exception {
    CountDownLatch heard = new CountDownLatch(1);
    server.then(reply -> {
      reply.stream().data(delta("Hel"));
      reply.hang();
    });
    assertInterruptionHangsUp(
        heard,
        new ReplyListener() {
          @Override
          public void onText(String delta) {
            heard.countDown();
          }
        });
  }

  @Test
  void interruptionOfAStreamThatNeverPausesHangsUp() throws Exception {
    CountDownLatch heard = new CountDownLatch(1);
    server.then(reply -> {
      reply.stream();
      try {
        while (true) {
          reply.data(delta("x".repeat(100)));
        }
      } finally {
        server.clientGone().countDown();
      }
    });
    assertInterruptionHangsUp(
        heard,
        new ReplyListener() {
          @Override
          public void onText(String delta) {
            heard.countDown();
          }
        });
  }

  @Test
  void interruptionDuringAnErrorBodyHangsUp() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    server.then(reply -> {
      reply.status(500, "application/json", "", "x: y");
      asked.countDown();
    });
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread caller =
        Thread.ofVirtual()
            .start(() -> {
              Thread.currentThread().interrupt();
              try {
                provider.call(Calls.hello("m"), ReplyListener.NONE);
                outcome.complete(null);
              } catch (ProviderException | InterruptedException e) {
                outcome.complete(e);
              }
            });
    caller.join();
    assertThat(outcome.join()).isInstanceOf(InterruptedException.class);
  }

  @Test
  void aListenerThatThrowsEndsTheCallAndHangsUp() throws Exception {
    server.then(reply -> {
      reply.stream().data(delta("Hel"));
      reply.hang();
    });
    ReplyListener thrower =
        new ReplyListener() {
          @Override
          public void onText(String delta) {
            throw new IllegalStateException("broken listener");
          }
        };
    assertThatThrownBy(() -> provider.call(Calls.hello("m"), thrower))
        .isInstanceOf(IllegalStateException.class);
    assertThat(server.clientGone().await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aThousandStreamsAtOnceAllEnd() throws Exception {
    server.always(reply -> {
      reply.stream();
      for (int i = 0; i < 5; i++) {
        reply.data(delta("x"));
        Thread.sleep(20);
      }
      reply.data(stop()).data("[DONE]").end();
    });
    List<CompletableFuture<String>> answers = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      CompletableFuture<String> answer = new CompletableFuture<>();
      answers.add(answer);
      Thread.ofVirtual()
          .start(() -> {
            try {
              answer.complete(provider.call(Calls.hello("m"), ReplyListener.NONE).text());
            } catch (ProviderException | InterruptedException | RuntimeException e) {
              answer.completeExceptionally(e);
            }
          });
    }
    for (CompletableFuture<String> answer : answers) {
      assertThat(answer.get(50, TimeUnit.SECONDS)).isEqualTo("xxxxx");
    }
  }

  private static final FakeServer.Script FULL =
      reply -> reply.stream().data(delta("Hi")).data(stop()).data("[DONE]").end();

  private void assertInterruptionHangsUp(CountDownLatch when, ReplyListener listener)
      throws Exception {
    CompletableFuture<Throwable> outcome = new CompletableFuture<>();
    Thread caller =
        Thread.ofVirtual()
            .start(() -> {
              try {
                provider.call(Calls.hello("m"), listener);
                outcome.complete(null);
              } catch (ProviderException | InterruptedException | RuntimeException e) {
                outcome.complete(e);
              }
            });
    assertThat(when.await(30, TimeUnit.SECONDS)).isTrue();
    caller.interrupt();
    assertThat(outcome.get(30, TimeUnit.SECONDS)).isInstanceOf(InterruptedException.class);
    assertThat(server.clientGone().await(30, TimeUnit.SECONDS)).isTrue();
  }

  private ProviderException assertTimeout(
      Deadlines.Phase phase, UnaryOperator<Deadlines> deadlines) {
    ProviderCall call = Calls.hello("m").withDeadlines(deadlines.apply(Calls.PATIENT));
    ProviderException failure = fail(call, ReplyListener.NONE);
    assertThat(failure.failure()).isEqualTo(new Failure.Timeout(phase));
    return failure;
  }

  private Failure failureOf(int status, String body, String... headers) {
    server.then(reply -> reply.status(status, "application/json", body, headers));
    return fail(Calls.hello("m"), ReplyListener.NONE).failure();
  }

  private ProviderException fail(ProviderCall call, ReplyListener listener) {
    return catchThrowableOfType(ProviderException.class, () -> provider.call(call, listener));
  }

  private static void quietly(ChatProvider provider, CountDownLatch streaming) {
    try {
      provider.call(
          Calls.hello("m"),
          new ReplyListener() {
            @Override
            public void onText(String delta) {
              streaming.countDown();
            }
          });
    } catch (ProviderException | InterruptedException e) {
      // Ended by the test.
    }
  }

  private static Deadlines with(
      Deadlines base, Duration connect, Duration first, Duration idle, Duration total) {
    return new Deadlines(
        connect == null ? base.connect() : connect,
        first == null ? base.firstToken() : first,
        idle == null ? base.idle() : idle,
        total == null ? base.total() : total);
  }

  private static String delta(String text) {
    return "{\"model\":\"m-1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\""
        + text
        + "\"}}]}";
  }

  private static String stop() {
    return "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}";
  }

  private static String error(String code, String type) {
    return "{\"error\":{\"message\":\"m\",\"type\":\"" + type + "\",\"code\":\"" + code + "\"}}";
  }

  private static Providers providers(String url, TransportConfig transport) {
    ProviderConfig config =
        ProviderConfig.fromEnv(
            Map.of("OPENAI_BASE_URL", url + "/v1", "OPENAI_API_KEY", "of-deployment"));
    return new Providers(config, transport, Clock.systemUTC());
  }
}
