package dev.parley.endtoend.broken;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.endtoend.chaos.ChaosCommand;
import dev.parley.testkit.guarantees.Guarantee;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Each guarantee's checker finds the engine that breaks it, and none finds fault with the engine as
 * it is. Always on embedded services, in processes of their own.
 */
@Tag("long")
final class BrokenEnginesIT {

  private static final Path DIRECTORY = Path.of("target", "broken").toAbsolutePath();
  private static final String BACKLOG =
      "--messages=2000 --sessions=2000 --tenants=2 --partitions=1 --workers=1 --in-flight=8";

  private static Path agent;

  @BeforeAll
  static void makeAgent() throws IOException {
    agent = Saboteur.jar(DIRECTORY);
  }

  @Test
  void the_engine_as_it_is_breaks_nothing_whatever_happens_to_it() throws Exception {
    String blows =
        " --kills=1 --rolling-restarts=1 --visitors=1 --kafka-restarts=1 --postgres-restarts=1"
            + " --redis-restarts=1 --whims=50 --limit=120 --settle=60";
    assertThat(broken(Fault.NONE, BACKLOG + blows)).isEmpty();
  }

  @Test
  void one_that_accepts_too_early_loses_messages() throws Exception {
    assertThat(broken(Fault.ACCEPTS_TOO_EARLY, "--messages=300 --workers=1"))
        .contains(Guarantee.ACCEPTED_IS_DURABLE);
  }

  @Test
  void one_that_mixes_up_sessions_disorders_them() throws Exception {
    assertThat(broken(Fault.MIXES_UP_SESSIONS, "--messages=600 --workers=1 --sessions=30"))
        .contains(Guarantee.SESSION_ORDER, Guarantee.SERIAL_PER_SESSION);
  }

  @Test
  void one_that_trusts_every_delivery_doubles_turns_and_what_they_cost() throws Exception {
    assertThat(broken(Fault.TRUSTS_EVERY_DELIVERY, "--messages=600 --workers=1 --kills=2"))
        .contains(Guarantee.EFFECTIVELY_ONCE_TURNS, Guarantee.USAGE_EXACTLY_ONCE);
  }

  @Test
  void one_that_commits_too_early_forgets_jobs() throws Exception {
    assertThat(broken(Fault.COMMITS_TOO_EARLY, "--messages=600 --workers=1 --kills=1"))
        .contains(Guarantee.EVERY_JOB_ENDS);
  }

  @Test
  void one_that_knows_no_tenants_lets_a_loud_one_hold_up_the_others() throws Exception {
    assertThat(broken(Fault.KNOWS_NO_TENANTS, BACKLOG)).containsExactly(Guarantee.TENANT_FAIRNESS);
  }

  /** What a chaos run with the fault in all its processes finds broken. */
  private static Set<Guarantee> broken(Fault fault, String options) throws Exception {
    Path output = DIRECTORY.resolve(fault + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(command(options))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().put("JAVA_TOOL_OPTIONS", "-javaagent:" + agent + "=" + fault);
    Process process = builder.start();
    try {
      assertThat(process.waitFor(6, TimeUnit.MINUTES)).as("ended in time: %s", output).isTrue();
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(output, StandardCharsets.UTF_8);
    Set<Guarantee> broken =
        Arrays.stream(Guarantee.values())
            .filter(guarantee -> text.lines().anyMatch(line -> violated(line, guarantee)))
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(Guarantee.class)));
    assertThat(process.exitValue())
        .as("exit code, see %s", output)
        .isEqualTo(broken.isEmpty() ? 0 : 1);
    return broken;
  }

  private static boolean violated(String line, Guarantee guarantee) {
    return line.strip().startsWith(guarantee.name()) && line.contains(" VIOLATED: ");
  }

  private static List<String> command(String options) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                ChaosCommand.class.getName(),
                "--kills=0",
                "--rolling-restarts=0",
                "--visitors=0",
                "--kafka-restarts=0",
                "--postgres-restarts=0",
                "--redis-restarts=0",
                "--whims=0",
                "--limit=20",
                "--settle=8"));
    command.addAll(List.of(options.split(" ")));
    return command;
  }
}
