package dev.parley.worker.resilience;

import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Role;
import dev.parley.schemas.chat.TurnOptions;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Deadlines;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ProviderUsage;
import dev.parley.worker.provider.ReplyListener;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls, a provider that does as it is told, and a clock. */
final class Fixtures {

  private Fixtures() {}

  static ProviderCall call(String model, int maxOutputTokens) {
    Message hello = Message.of(Role.USER, Content.of("hello"), Instant.EPOCH, null);
    return ProviderCall.of(
        model, null, List.of(hello), TurnOptions.NONE, maxOutputTokens, Deadlines.DEFAULT);
  }

  /** Fails with {@code failure}, else uses {@code usage}. */
  static final class Told implements ChatProvider {
    @Nullable Failure failure;
    boolean interrupted;
    @Nullable ProviderUsage usage = ProviderUsage.of(10, 20);
    int calls;

    @Override
    public String name() {
      return "told";
    }

    @Override
    public ProviderReply call(ProviderCall call, ReplyListener listener)
        throws ProviderException, InterruptedException {
      calls++;
      if (interrupted) {
        throw new InterruptedException();
      }
      if (failure != null) {
        throw new ProviderException(failure, null);
      }
      return new ProviderReply(List.of(), FinishReason.STOP, usage, call.model(), null);
    }
  }

  static final class TestClock extends Clock {
    private Instant now = Instant.parse("2026-03-01T00:00:00Z");

    void advance(Duration by) {
      now = now.plus(by);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      throw new UnsupportedOperationException();
    }
  }
}
