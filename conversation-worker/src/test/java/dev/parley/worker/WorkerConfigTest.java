package dev.parley.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.parley.runtime.ConfigException;
import dev.parley.runtime.Env;
import dev.parley.worker.turn.UsageSpread;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WorkerConfigTest {

  @Test
  void aKeyIsEnough() {
    WorkerConfig config = read(Map.of());

    assertThat(config.groupId()).isEqualTo("parley-conversation-worker");
    assertThat(config.engine().bounds().maxInFlight()).isEqualTo(2_000);
    assertThat(config.engine().bounds().maxBusy())
        .isEqualTo(8 * Runtime.getRuntime().availableProcessors());
    assertThat(config.engine().bounds().maxBuffered()).isEqualTo(50_000);
    assertThat(config.engine().bounds().maxBufferedBytes()).isEqualTo(128L << 20);
    assertThat(config.engine().times().revokeGrace()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.engine().times().stopGrace()).isEqualTo(Duration.ofSeconds(20));
    assertThat(config.turns().maxContextMessages()).isEqualTo(100);
    assertThat(config.turns().maxContextTokens()).isEqualTo(100_000);
    assertThat(config.turns().maxOutputTokens()).isEqualTo(4_096);
    assertThat(config.tenantWeights()).isEmpty();
    assertThat(config.tenantMaxInFlight()).isEqualTo(2_000);
    assertThat(config.priceBook()).isNull();
    assertThat(config.logUsage()).isFalse();
    assertThat(config.httpHost()).isEqualTo("127.0.0.1");
    assertThat(config.httpPort()).isZero();
  }

  @Test
  void everyVariableIsRead() {
    WorkerConfig config =
        read(
            Map.ofEntries(
                Map.entry("WORKER_GROUP_ID", "g"),
                Map.entry("WORKER_MAX_IN_FLIGHT", "100"),
                Map.entry("WORKER_MAX_BUFFERED", "300000"),
                Map.entry("WORKER_MAX_BUFFERED_BYTES", "2000000"),
                Map.entry("WORKER_REVOKE_GRACE", "3s"),
                Map.entry("WORKER_STOP_GRACE", "4s"),
                Map.entry("PROVIDER_CONNECT_TIMEOUT", "1s"),
                Map.entry("PROVIDER_FIRST_TOKEN_TIMEOUT", "2s"),
                Map.entry("PROVIDER_IDLE_TIMEOUT", "3s"),
                Map.entry("PROVIDER_TOTAL_TIMEOUT", "4s"),
                Map.entry("MAX_CONTEXT_MESSAGES", "5"),
                Map.entry("MAX_CONTEXT_TOKENS", "6"),
                Map.entry("MAX_OUTPUT_TOKENS", "7"),
                Map.entry("TENANT_WEIGHTS", "a=2, b=3"),
                Map.entry("TENANT_MAX_IN_FLIGHT", "8"),
                Map.entry("PRICE_BOOK", "prices.json"),
                Map.entry("USAGE_LOG", "console"),
                Map.entry("USAGE_SPREAD_TENANTS", "hot"),
                Map.entry("HTTP_HOST", "0.0.0.0"),
                Map.entry("WORKER_HTTP_PORT", "9090")));

    assertThat(config.groupId()).isEqualTo("g");
    assertThat(config.engine().bounds().maxInFlight()).isEqualTo(100);
    assertThat(config.engine().bounds().maxBuffered()).isEqualTo(300_000);
    assertThat(config.engine().bounds().maxBufferedBytes()).isEqualTo(2_000_000);
    assertThat(config.engine().times().revokeGrace()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.engine().times().stopGrace()).isEqualTo(Duration.ofSeconds(4));
    assertThat(config.turns().deadlines().connect()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.turns().deadlines().firstToken()).isEqualTo(Duration.ofSeconds(2));
    assertThat(config.turns().deadlines().idle()).isEqualTo(Duration.ofSeconds(3));
    assertThat(config.turns().deadlines().total()).isEqualTo(Duration.ofSeconds(4));
    assertThat(config.turns().maxContextMessages()).isEqualTo(5);
    assertThat(config.turns().maxContextTokens()).isEqualTo(6);
    assertThat(config.turns().maxOutputTokens()).isEqualTo(7);
    assertThat(config.tenantWeights()).isEqualTo(Map.of("a", 2, "b", 3));
    assertThat(config.tenantMaxInFlight()).isEqualTo(8);
    assertThat(config.priceBook()).isEqualTo(Path.of("prices.json"));
    assertThat(config.logUsage()).isTrue();
    assertThat(config.spreadTenants()).isEqualTo(UsageSpread.parse("hot"));
    assertThat(config.httpHost()).isEqualTo("0.0.0.0");
    assertThat(config.httpPort()).isEqualTo(9_090);
  }

  @Test
  void contextWindowsOfAFileAreTakenAndFaultsInItTold(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("windows.json");
    String window =
        "{\"version\":\"1\",\"windows\":[{\"models\":[\"own\"],\"tokens\":%s,"
            + "\"source\":\"s\",\"checked\":\"2026-01-01\"}]}";
    Files.writeString(file, window.formatted("9000"));
    Map<String, String> variables = Map.of("CONTEXT_WINDOWS", file.toString());
    assertThat(read(variables).turns().windows().tokensOf("own")).isEqualTo(9_000);

    Files.writeString(file, window.formatted("0"));
    assertThatThrownBy(() -> read(variables))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "CONTEXT_WINDOWS: not valid: windows[0] (own): tokens must be at least 1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "WORKER_MAX_IN_FLIGHT | 0 | must be a whole number from 1 to 100000",
        "WORKER_MAX_BUFFERED | 1999 | must be a whole number from 2000 to 5000000",
        "WORKER_MAX_BUFFERED_BYTES | 1 | must be a whole number from 1048576",
        "WORKER_REVOKE_GRACE | 5m | must be at most 4m",
        "KAFKA_MAX_POLL_INTERVAL_MS | 10000 | must be longer than WORKER_REVOKE_GRACE",
        "KAFKA_MAX_POLL_INTERVAL_MS | 0 | must be a whole number from 1",
        "WORKER_STOP_GRACE | soon | must be a duration such as",
        "PROVIDER_CONNECT_TIMEOUT | 0s | must be longer than nothing and at most 1d",
        "PROVIDER_FIRST_TOKEN_TIMEOUT | -PT1S | must be a duration such as",
        "PROVIDER_IDLE_TIMEOUT | 25h | must be longer than nothing and at most 1d",
        "PROVIDER_TOTAL_TIMEOUT | 999999999d | must be longer than nothing and at most 1d",
        "MAX_CONTEXT_MESSAGES | 0 | must be a whole number from 1 to 10000",
        "MAX_CONTEXT_TOKENS | x | must be a whole number from 1 to 10000000",
        "MAX_OUTPUT_TOKENS | 1e3 | must be a whole number from 1 to 1000000",
        "TENANT_WEIGHTS | =3 | must be tenant=weight",
        "TENANT_WEIGHTS | a=0 | must be tenant=weight",
        "TENANT_WEIGHTS | a | must be tenant=weight",
        "TENANT_MAX_IN_FLIGHT | 0 | must be a whole number from 1 to 100000",
        "USAGE_SPREAD_TENANTS | a,/ | must be tenant ids",
        "USAGE_SPREAD_TENANTS | a@soon | must be tenant ids",
        "USAGE_LOG | loud | must be one of none, console",
        "WORKER_HTTP_PORT | 70000 | must be a whole number from 0 to 65535",
        "OPENAI_API | grpc | must be chat or responses",
      })
  void aFaultIsToldByTheNameOfItsVariable(String name, String value, String fault) {
    assertThatThrownBy(() -> read(Map.of(name, value)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(name + " " + fault);
  }

  @Test
  void withoutAnyProviderThereIsNothingToDo() {
    Env env = new Env(Map.of());
    WorkerConfig.from(env, Map.of());

    assertThatThrownBy(env::done).hasMessageContaining("OPENAI_API_KEY is not set");
  }

  private static WorkerConfig read(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(more);
    all.put("OPENAI_API_KEY", "k");
    Env env = new Env(all);
    WorkerConfig config = WorkerConfig.from(env, all);
    env.done();
    return config;
  }
}
