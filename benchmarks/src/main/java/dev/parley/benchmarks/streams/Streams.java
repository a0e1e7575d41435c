package dev.parley.benchmarks.streams;

import dev.parley.benchmarks.Benchmark;
import dev.parley.benchmarks.Figures;
import dev.parley.benchmarks.Result;
import dev.parley.benchmarks.Run;
import dev.parley.benchmarks.Target;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Role;
import dev.parley.schemas.chat.TurnOptions;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Deadlines;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderConfig;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ReplyListener;
import dev.parley.worker.provider.transport.TransportConfig;
import dev.parley.worker.provider.wire.Providers;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a token event costs from the socket to the listener, and what a stream in flight holds:
 * calls to a simulator in another process, over TLS and HTTP/2, 100 streams a connection.
 */
public final class Streams implements Benchmark {

  private static final int EVENTS_PER_SECOND = 10_000;
  private static final Duration WINDOW = Duration.ofSeconds(5);

  /** The compiler is done with most of its work then; a worker runs for days. */
  private static final Duration WARMING = Duration.ofSeconds(20);

  private static final Duration LENGTH = Duration.ofMinutes(5);
  private static final Duration OPENING = Duration.ofMinutes(2);

  @Override
  public String name() {
    return "streams";
  }

  @Override
  public String description() {
    return "CPU of a token event and heap of a stream, 2,000 and 10,000 streams in flight";
  }

  @Override
  public List<Result> run(Run run) throws Exception {
    List<Result> results = new ArrayList<>();
    try (SimulatorProcess simulator = SimulatorProcess.start()) {
      for (int streams : new int[] {2_000, 10_000}) {
        results.addAll(measured(run, simulator, run.scaled(streams)));
      }
    }
    return results;
  }

  private static List<Result> measured(Run run, SimulatorProcess simulator, int streams)
      throws Exception {
    Map<String, String> env =
        Map.of("OPENAI_BASE_URL", simulator.baseUrl() + "/v1", "OPENAI_API_KEY", "none");
    TransportConfig standard = TransportConfig.DEFAULT;
    TransportConfig transport =
        new TransportConfig(
            standard.streamsPerClient(),
            standard.callsPerHttp1Client(),
            standard.maxCallsPerOrigin(),
            SimulatorProcess.trusting());
    long heapBefore = usedHeap();
    List<Double> cpu = new ArrayList<>();
    List<Double> heap = new ArrayList<>();
    try (Providers providers =
            new Providers(ProviderConfig.fromEnv(env), transport, Clock.systemUTC());
        Flight flight =
            new Flight(Objects.requireNonNull(providers.byName().get("openai")), streams)) {
      flight.awaitAll();
      Thread.sleep(WARMING.toMillis());
      for (int i = 0; i < run.rounds(); i++) {
        long events = flight.events.sum();
        long before = cpuNanos();
        Thread.sleep(WINDOW.toMillis());
        long spent = cpuNanos() - before;
        events = flight.events.sum() - events;
        cpu.add(spent / 1e3 / events);
        heap.add((usedHeap() - heapBefore) / 1024.0 / streams);
        run.say(
            "%d streams: %d events in %d s, %.1f us each, %.1f KiB of heap a stream"
                .formatted(streams, events, WINDOW.toSeconds(), cpu.getLast(), heap.getLast()));
      }
      if (flight.failures.get() > 0) {
        throw new IOException(flight.failures.get() + " streams failed");
      }
    }
    String what = streams + " streams in flight";
    return List.of(
        Result.alone(what + ": CPU of a token event", Figures.median(cpu), "us", Target.atMost(42)),
        // 10,000 of them in 1 GiB of heap
        Result.alone(what + ": heap of a stream", Figures.median(heap), "KiB", Target.atMost(100)));
  }

  private static long cpuNanos() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  private static long usedHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** Streams that go on until this is closed. */
  private static final class Flight implements AutoCloseable {

    private final LongAdder events = new LongAdder();
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final List<Thread> threads = new ArrayList<>();
    private final int streams;
    private volatile boolean closing;

    Flight(ChatProvider provider, int streams) {
      this.streams = streams;
      double rate = (double) EVENTS_PER_SECOND / streams;
      int tokens = (int) (rate * LENGTH.toSeconds());
      String said = "Go on [[sim rate=%.3f/s tokens=%d]]".formatted(rate, tokens);
      Deadlines patient =
          new Deadlines(OPENING, OPENING, Duration.ofMinutes(1), Duration.ofMinutes(10));
      ProviderCall call =
          ProviderCall.of(
              "sim-small",
              null,
              List.of(Message.of(Role.USER, Content.of(said), Instant.EPOCH, null)),
              TurnOptions.NONE,
              100_000,
              patient);
      for (int i = 0; i < streams; i++) {
        threads.add(Thread.ofVirtual().start(() -> stream(provider, call)));
      }
    }

    private void stream(ChatProvider provider, ProviderCall call) {
      try {
        provider.call(
            call,
            new ReplyListener() {
              @Override
              public void onStarted(String model) {
                started.incrementAndGet();
              }

              @Override
              public void onText(String delta) {
                events.increment();
              }
            });
        failures.incrementAndGet();
      } catch (ProviderException e) {
        if (failures.incrementAndGet() == 1) {
          e.printStackTrace();
        }
      } catch (InterruptedException e) {
        if (!closing) {
          failures.incrementAndGet();
        }
      }
    }

    void awaitAll() throws InterruptedException, IOException {
      long until = System.nanoTime() + OPENING.toNanos();
      while (started.get() < streams) {
        if (failures.get() > 0 || System.nanoTime() > until) {
          throw new IOException(
              started.get() + " of " + streams + " streams began, " + failures + " failed");
        }
        Thread.sleep(50);
      }
    }

    @Override
    public void close() {
      closing = true;
      threads.forEach(Thread::interrupt);
      try {
        for (Thread thread : threads) {
          thread.join();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
