package dev.parley.benchmarks;

import dev.parley.benchmarks.exports.CsvExport;
import dev.parley.benchmarks.streams.Streams;
import dev.parley.benchmarks.submits.BulkSubmit;
import dev.parley.benchmarks.submits.Submit;
import dev.parley.benchmarks.turns.InFlight;
import dev.parley.benchmarks.turns.Latency;
import dev.parley.benchmarks.turns.LongSession;
import dev.parley.benchmarks.turns.NoisyNeighbour;
import dev.parley.benchmarks.turns.Turns;
import dev.parley.benchmarks.usage.Aggregation;
import dev.parley.benchmarks.usage.UsageQueries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What {@code ./parley bench} runs. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    description = "Measures, and prints a table of figures, references, ratios and targets.")
public final class Main implements Callable<Integer> {

  /** All there are, in the order in which they run. */
  private static final List<Benchmark> ALL =
      List.of(
          new Submit(),
          new BulkSubmit(),
          Turns.inProcess(),
          Turns.overHttp(),
          new Latency(),
          new LongSession(),
          new NoisyNeighbour(),
          new InFlight(),
          new Streams(),
          new CsvExport(),
          new Aggregation(),
          new UsageQueries());

  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "NAME", description = "Which ones (default: all)")
  private List<String> names = List.of();

  @Option(names = "--list", description = "Tell which there are")
  private boolean list;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "How often each side is measured; the median counts (default: 3)")
  private int rounds = 3;

  @Option(
      names = "--scale",
      paramLabel = "FACTOR",
      description = "Of the amount of work; below 1 only to try whether it runs (default: 1)")
  private double scale = 1;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "An environment variable for all services, to try what it does")
  private Map<String, String> settings = Map.of();

  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws IOException {
    if (list) {
      ALL.forEach(each -> System.out.printf("%-16s %s%n", each.name(), each.description()));
      return 0;
    }
    List<Benchmark> chosen = chosen();
    Run run =
        new Run(rounds, scale, settings, Files.createTempDirectory("parley-bench-"), System.err);
    System.out.println(Machine.describe() + "\n");
    Table table = new Table();
    boolean failed = false;
    for (Benchmark benchmark : chosen) {
      System.err.println(benchmark.name() + ": " + benchmark.description());
      try {
        benchmark.run(run).forEach(result -> table.add(benchmark.name(), result));
      } catch (Exception e) {
        e.printStackTrace();
        table.addFailure(benchmark.name(), e);
        failed = true;
      }
    }
    System.out.println(table);
    delete(run.directory());
    // a target that is missed is a finding and no failure
    return failed ? 1 : 0;
  }

  private List<Benchmark> chosen() {
    List<String> unknown =
        names.stream().filter(n -> ALL.stream().noneMatch(b -> b.name().equals(n))).toList();
    if (!unknown.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "there is no "
              + String.join(", ", unknown)
              + ": there are "
              + ALL.stream().map(Benchmark::name).collect(Collectors.joining(", ")));
    }
    return names.isEmpty()
        ? ALL
        : ALL.stream().filter(benchmark -> names.contains(benchmark.name())).toList();
  }

  private static void delete(Path directory) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (var walk = Files.walk(directory)) {
      walk.forEach(paths::add);
    }
    for (Path path : paths.reversed()) {
      Files.deleteIfExists(path);
    }
  }
}
