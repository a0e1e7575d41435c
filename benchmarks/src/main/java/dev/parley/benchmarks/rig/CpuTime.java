package dev.parley.benchmarks.rig;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * The CPU time of this process and of those it has started, by the programs' names. Unlike time on
 * the wall it is much the same when others use the machine too.
 */
public record CpuTime(Map<String, Duration> byProgram) {

  public static final CpuTime NONE = new CpuTime(Map.of());

  public CpuTime {
    byProgram = Map.copyOf(byProgram);
  }

  /** Until now. What has ended already is missing. */
  public static CpuTime now() {
    Map<String, Duration> times = new TreeMap<>();
    add(times, ProcessHandle.current());
    ProcessHandle.current().descendants().forEach(process -> add(times, process));
    return new CpuTime(times);
  }

  private static void add(Map<String, Duration> times, ProcessHandle process) {
    ProcessHandle.Info info = process.info();
    String command = info.command().orElse("other");
    String program = command.substring(command.lastIndexOf('/') + 1);
    info.totalCpuDuration().ifPresent(time -> times.merge(program, time, Duration::plus));
  }

  public CpuTime since(CpuTime before) {
    Map<String, Duration> times = new TreeMap<>();
    byProgram.forEach((program, time) ->
        times.put(program, time.minus(before.byProgram.getOrDefault(program, Duration.ZERO))));
    return new CpuTime(times);
  }

  public CpuTime plus(CpuTime more) {
    Map<String, Duration> times = new TreeMap<>(byProgram);
    more.byProgram.forEach((program, time) -> times.merge(program, time, Duration::plus));
    return new CpuTime(times);
  }

  public Duration total() {
    return byProgram.values().stream().reduce(Duration.ZERO, Duration::plus);
  }

  /** Microseconds for each of so many, over all and by program. */
  public String perItem(long items) {
    StringBuilder text = new StringBuilder();
    text.append(total().toNanos() / 1_000 / items).append(" us");
    new TreeMap<>(byProgram)
        .forEach((program, time) ->
            text.append(", ").append(program).append(' ').append(time.toNanos() / 1_000 / items));
    return text.toString();
  }
}
