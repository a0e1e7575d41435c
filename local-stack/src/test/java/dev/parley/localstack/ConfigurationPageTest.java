package dev.parley.localstack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ingest.IngestConfig;
import dev.parley.runtime.Env;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import dev.parley.storage.config.StoreConfig;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.usage.AggregatorConfig;
import dev.parley.worker.WorkerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/configuration.md against what the services read. */
class ConfigurationPageTest {

  private static final String EVERY_SERVICE = "Every service";

  /** Read by the configuration of the logging, which no code of ours sees. */
  private static final Set<String> READ_ELSEWHERE = Set.of("LOG_LEVEL");

  private static final Pattern IN_TICKS = Pattern.compile("`([^`]+)`");
  private static final Pattern OF_COMPOSE = Pattern.compile("\\$\\{([A-Z0-9_]+)");
  private static final Pattern OF_DOTENV = Pattern.compile("(?m)^#?([A-Z0-9_]+)=");

  private final Map<String, Map<String, String>> tables = tables();

  /** What each reads of its environment. */
  record Service(String title, Reader reader) {

    static List<Service> all() {
      return List.of(
          new Service(
              "ingest-api", (env, variables) -> List.of(IngestConfig.from(env), stores(variables))),
          new Service(
              "conversation-worker",
              (env, variables) -> List.of(WorkerConfig.from(env, variables), stores(variables))),
          new Service("usage-aggregator", (env, variables) -> List.of(AggregatorConfig.from(env))));
    }

    List<Object> read(Map<String, String> variables) {
      Env env = new Env(variables);
      List<Object> settings = reader.read(env, variables);
      env.done();
      return settings;
    }

    static StoreConfig stores(Map<String, String> variables) {
      return StoreConfig.fromEnv(variables, Scope.SERVICE, 1);
    }

    @Override
    public String toString() {
      return title;
    }
  }

  interface Reader {
    List<Object> read(Env env, Map<String, String> variables);
  }

  static List<Service> services() {
    return Service.all();
  }

  @ParameterizedTest
  @MethodSource("services")
  void tellsWhatAServiceReadsAndNothingElse(Service service) {
    Set<String> read = new TreeSet<>();
    for (Map<String, String> given :
        List.of(environment("EXPORT_DIR", "x"), environment("EXPORT_S3_BUCKET", "b"))) {
      Recording variables = new Recording(given);
      service.read(variables);
      read.addAll(variables.read);
    }
    Set<String> everywhere = readEverywhere();
    read.removeAll(everywhere);

    Set<String> told = new TreeSet<>(table(service.title).keySet());
    Set<String> wildcards =
        told.stream().filter(name -> name.endsWith("*")).collect(Collectors.toSet());
    told.removeAll(wildcards);
    read.removeIf(
        name -> wildcards.stream().anyMatch(w -> name.startsWith(w.substring(0, w.length() - 1))));

    assertThat(told).isEqualTo(read);
  }

  @Test
  void tellsWhatEveryServiceReads() {
    Set<String> told = new TreeSet<>(table(EVERY_SERVICE).keySet());
    assertThat(told.remove("KAFKA_*")).isTrue();
    assertThat(told.removeAll(READ_ELSEWHERE)).isTrue();
    assertThat(told).isEqualTo(readEverywhere());
  }

  @ParameterizedTest
  @MethodSource("services")
  void tellsTheTrueDefaults(Service service) {
    Map<String, String> required = environment("OPENAI_API_KEY", "k");
    required.put("ANTHROPIC_API_KEY", "k");
    required.put("GEMINI_API_KEY", "k");
    Map<String, String> asTold = new HashMap<>(required);
    table(service.title)
        .forEach((name, told) -> {
          if (!told.isEmpty()) {
            asTold.put(name, told);
          }
        });
    assertThat(asTold.size()).isGreaterThan(required.size() + 5);
    assertThat(service.read(asTold)).isEqualTo(service.read(required));
  }

  @Test
  void tellsTheTrueDefaultsOfTopics() {
    assertThat(TopicSetup.from(new Env(table(EVERY_SERVICE))))
        .isEqualTo(TopicSetup.from(new Env(Map.of())));
  }

  @Test
  void tellsWhatComposeReads() throws IOException {
    Set<String> read = names(OF_COMPOSE, "docker-compose.yml");
    // read by compose itself
    read.add("COMPOSE_PROJECT_NAME");
    assertThat(new TreeSet<>(table("Compose").keySet())).isEqualTo(read);
    assertThat(read).containsAll(names(OF_DOTENV, ".env.example"));
  }

  private static Set<String> readEverywhere() {
    Recording variables = new Recording(environment("DATABASE_POOL_SIZE", "3"));
    Env env = new Env(variables);
    KafkaSettings.from(env);
    TopicSetup.from(env);
    Recording stores = new Recording(environment("DATABASE_POOL_SIZE", "3"));
    Service.stores(stores);
    Set<String> read = new TreeSet<>(variables.read);
    stores.read.stream().filter(name -> name.startsWith("DATABASE_")).forEach(read::add);
    return read;
  }

  /** With all on which the reading of others depends. */
  private static Map<String, String> environment(String name, String value) {
    Map<String, String> variables = new HashMap<>();
    variables.put("DATABASE_URL", "postgres://u@127.0.0.1/d");
    variables.put("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1");
    // as the page calls it
    variables.put("PROVIDERS", "name");
    variables.put("PROVIDER_NAME_BASE_URL", "http://127.0.0.1/v1");
    variables.put("AWS_ACCESS_KEY_ID", "a");
    variables.put("AWS_SECRET_ACCESS_KEY", "s");
    variables.put(name, value);
    return variables;
  }

  private Map<String, String> table(String title) {
    Map<String, String> table = tables.get(title);
    assertThat(table).as("the table of " + title).isNotEmpty();
    return table;
  }

  /** By title: the variables with their defaults, which are empty where words describe them. */
  private static Map<String, Map<String, String>> tables() {
    Map<String, Map<String, String>> tables = new LinkedHashMap<>();
    String title = "";
    for (String line : text("docs/configuration.md").lines().toList()) {
      if (line.startsWith("## ")) {
        title = line.substring(3).strip();
      } else if (line.startsWith("| `")) {
        String[] cells = line.split("\\|", -1);
        tables
            .computeIfAbsent(title, each -> new LinkedHashMap<>())
            .putAll(variables(cells[1], cells[2]));
      }
    }
    return tables;
  }

  private static Map<String, String> variables(String names, String defaults) {
    List<String> variables =
        IN_TICKS.matcher(names).results().map(found -> found.group(1)).toList();
    List<String> values = new ArrayList<>(Arrays.asList(defaults.strip().split(", ", -1)));
    Map<String, String> result = new LinkedHashMap<>();
    for (int i = 0; i < variables.size(); i++) {
      String value = values.size() == variables.size() ? values.get(i).replace("`", "") : "";
      boolean words =
          value.contains(" ")
              || value.matches("[A-Z_]+")
              || Set.of("none", "required").contains(value);
      // of these, none is a value
      boolean none = value.equals("none") && variables.get(i).equals("USAGE_LOG");
      result.put(variables.get(i), words && !none ? "" : value);
    }
    return result;
  }

  private static Set<String> names(Pattern pattern, String file) {
    return pattern
        .matcher(text(file))
        .results()
        .map((MatchResult found) -> found.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String text(String file) {
    try {
      return Files.readString(Path.of("").toAbsolutePath().getParent().resolve(file));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Notes which variables were asked for. */
  private static final class Recording extends AbstractMap<String, String> {

    private final Map<String, String> variables;
    private final Set<String> read = new TreeSet<>();

    Recording(Map<String, String> variables) {
      this.variables = variables;
    }

    @Override
    public @Nullable String get(Object name) {
      read.add((String) name);
      return variables.get(name);
    }

    @Override
    public Set<Entry<String, String>> entrySet() {
      return variables.entrySet();
    }
  }
}
