package dev.parley.simulator;

import dev.parley.simulator.calls.CallLog;
import dev.parley.simulator.calls.CallOutcome;
import dev.parley.simulator.calls.CallRecord;
import dev.parley.simulator.script.Break;
import dev.parley.simulator.script.ChatRequest;
import dev.parley.simulator.script.Failure;
import dev.parley.simulator.script.Plan;
import dev.parley.simulator.wire.Frames;
import dev.parley.simulator.wire.WireFormat;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A call on its way from the request to the end of the answer.
 *
 * <p>Steps are taken by the thread that read the request, by the timer, and by whichever thread
 * completes a write. INVARIANT: either a timer or a write is pending, or neither, and never two, so
 * steps of one call never overlap. Only its end can come from elsewhere at any time; {@link #ended}
 * decides who is first.
 */
final class LiveCall implements Callback {

  private final Exchange exchange;
  private final WireFormat format;
  private final ChatRequest request;
  private final Plan plan;
  private final OpenCalls calls;
  private final CallLog log;
  private final CallRecord begun;
  private final DisconnectWatch watch;
  private final AtomicBoolean ended = new AtomicBoolean();
  private final long firstTokenAt;

  private volatile @Nullable Future<?> timer;
  private volatile int status;
  private volatile int sent;
  private @Nullable Frames frames;
  private After after = After.NEXT_TOKEN;

  /** What follows when a write is through. */
  private enum After {
    NEXT_TOKEN,
    NOTHING,
    RESET,
    DONE
  }

  LiveCall(
      Exchange exchange,
      WireFormat format,
      ChatRequest request,
      Plan plan,
      OpenCalls calls,
      CallLog log,
      CallRecord begun) {
    this.exchange = exchange;
    this.format = format;
    this.request = request;
    this.plan = plan;
    this.calls = calls;
    this.log = log;
    this.begun = begun;
    this.watch = new DisconnectWatch(exchange.request(), this::clientGone);
    this.firstTokenAt = System.nanoTime() + plan.latencyNanos();
  }

  void begin() {
    calls.add(this);
    long wait = plan.latencyNanos() + (request.streamed() ? 0 : plan.nanosTo(tokens()));
    boolean instant = wait == 0 && plan.disruption() == null && plan.tokensPerSecond() == 0;
    if (instant) {
      step();
      return;
    }
    exchange.request().addFailureListener(cause -> clientGone());
    watch.arm();
    stepAfter(plan.failure() == null ? wait : plan.latencyNanos());
  }

  void serverClosing() {
    if (end(CallOutcome.SERVER_CLOSED)) {
      exchange.reset();
    }
  }

  private void clientGone() {
    if (end(CallOutcome.CLIENT_CLOSED)) {
      exchange.reset();
    }
  }

  /** On the timer nobody else would hear of it, and the client would wait for ever. */
  private void stepOrReset() {
    try {
      step();
    } catch (RuntimeException e) {
      reset();
      throw e;
    }
  }

  private void step() {
    if (ended.get()) {
      return;
    }
    Failure failure = plan.failure();
    if (failure != null) {
      String message = "The simulator was asked to fail with " + failure.status() + ".";
      answer(
          CallOutcome.FAILED,
          failure.status(),
          format.failureHeaders(failure, plan.reply()),
          format.failure(failure, message));
    } else if (request.streamed()) {
      stream();
    } else {
      whole();
    }
  }

  private void whole() {
    Break disruption = plan.disruption();
    if (disruption == null) {
      sent = tokens();
      answer(CallOutcome.COMPLETED, 200, Map.of(), format.whole(plan.reply()));
      return;
    }
    switch (disruption.kind()) {
      case RESET, CUT -> reset();
      case ERROR ->
          answer(
              CallOutcome.FAILED,
              500,
              Map.of(),
              format.error(500, "The server had an error.", null));
      case HANG -> {}
    }
  }

  private void stream() {
    Break disruption = plan.disruption();
    if (disruption != null && disruption.afterTokens() == Break.BEFORE_ANYTHING) {
      if (disruption.kind() == Break.Kind.RESET) {
        reset();
      }
      return;
    }
    ByteArrayOutputStream events = new ByteArrayOutputStream(512);
    Frames next = frames;
    if (next == null) {
      next = format.frames(plan.reply(), request);
      frames = next;
      status = 200;
      exchange.beginEvents();
      events.writeBytes(next.opening());
    }
    int stop = disruption == null ? Integer.MAX_VALUE : disruption.afterTokens();
    int due = Math.min(plan.dueAfter(System.nanoTime() - firstTokenAt), Math.min(tokens(), stop));
    int count = sent;
    for (; count < due; count++) {
      events.writeBytes(next.token());
    }
    sent = count;
    if (disruption != null && count >= stop) {
      breakOff(disruption, next, events);
    } else if (count == tokens()) {
      events.writeBytes(next.closing());
      writeLast(CallOutcome.COMPLETED, events);
    } else {
      write(After.NEXT_TOKEN, events);
    }
  }

  private void breakOff(Break disruption, Frames frames, ByteArrayOutputStream events) {
    switch (disruption.kind()) {
      case RESET -> write(After.RESET, events);
      case HANG -> write(After.NOTHING, events);
      case CUT -> writeLast(CallOutcome.FAILED, events);
      case ERROR -> {
        events.writeBytes(frames.failure());
        writeLast(CallOutcome.FAILED, events);
      }
    }
  }

  private void write(After then, ByteArrayOutputStream events) {
    after = then;
    exchange.response().write(false, ByteBuffer.wrap(events.toByteArray()), this);
  }

  /**
   * The end is logged before the last bytes go out: a client that has them may begin the session's
   * next call at once, and the two must not seem to overlap.
   */
  private void writeLast(CallOutcome outcome, ByteArrayOutputStream events) {
    if (end(outcome)) {
      after = After.DONE;
      exchange.response().write(true, ByteBuffer.wrap(events.toByteArray()), this);
    }
  }

  private void answer(
      CallOutcome outcome, int withStatus, Map<String, String> headers, byte[] json) {
    status = withStatus;
    if (end(outcome)) {
      after = After.DONE;
      exchange.answer(withStatus, headers, json, this);
    }
  }

  @Override
  public void succeeded() {
    switch (after) {
      case NEXT_TOKEN -> stepAfter(firstTokenAt + plan.nanosTo(sent) + 1 - System.nanoTime());
      case NOTHING -> {}
      case RESET -> reset();
      case DONE -> exchange.callback().succeeded();
    }
  }

  @Override
  public void failed(Throwable cause) {
    if (after == After.DONE) {
      log.lost(begun);
      exchange.callback().failed(cause);
    } else {
      clientGone();
    }
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }

  private void reset() {
    if (end(CallOutcome.FAILED)) {
      exchange.reset();
    }
  }

  private boolean end(CallOutcome outcome) {
    if (!ended.compareAndSet(false, true)) {
      return false;
    }
    watch.disarm();
    Future<?> pending = timer;
    if (pending != null) {
      pending.cancel(false);
    }
    calls.remove(this);
    log.end(begun, outcome, status, sent);
    return true;
  }

  private void stepAfter(long nanos) {
    try {
      timer = calls.after(nanos, this::stepOrReset);
    } catch (RejectedExecutionException e) {
      serverClosing();
    }
  }

  private int tokens() {
    return plan.reply().streamedTokens();
  }
}
