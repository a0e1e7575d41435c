package dev.parley.localstack.commands;

import dev.parley.infra.InfrastructureSettings;
import dev.parley.simulator.SimulatorConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Lets a service find what {@code infra} started with its default ports, unless told otherwise. */
final class LocalDefaults {

  private LocalDefaults() {}

  static Map<String, String> over(Map<String, String> environment) {
    Map<String, String> variables = new HashMap<>(environment);
    variables.putIfAbsent(
        "KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:" + InfrastructureSettings.DEFAULT_KAFKA_PORT);
    variables.putIfAbsent(
        "DATABASE_URL",
        "postgres://parley:parley@127.0.0.1:"
            + InfrastructureSettings.DEFAULT_POSTGRES_PORT
            + "/parley");
    variables.putIfAbsent(
        "REDIS_URL", "redis://127.0.0.1:" + InfrastructureSettings.DEFAULT_REDIS_PORT);
    variables.putIfAbsent("HTTP_HOST", "127.0.0.1");
    if (!namesProvider(environment)) {
      variables.put("OPENAI_BASE_URL", "http://127.0.0.1:" + SimulatorConfig.LOCAL_PORT + "/v1");
    }
    putDefaultModel(variables);
    return variables;
  }

  /** So that a request need not name a model: a small one of the provider that there is. */
  static void putDefaultModel(Map<String, String> variables) {
    String model = null;
    if (simulated(variables)) {
      model = "sim-small";
    } else if (isSet(variables, "OPENAI_API_KEY")) {
      model = "gpt-5-mini";
    } else if (isSet(variables, "ANTHROPIC_API_KEY")) {
      model = "claude-haiku-4-5";
    } else if (isSet(variables, "GEMINI_API_KEY")) {
      model = "gemini-2.5-flash";
    }
    if (model != null && !isSet(variables, "DEFAULT_MODEL")) {
      variables.put("DEFAULT_MODEL", model);
    }
  }

  private static boolean isSet(Map<String, String> variables, String name) {
    return !variables.getOrDefault(name, "").isBlank();
  }

  /** Whether the environment names a model provider. */
  static boolean namesProvider(Map<String, String> environment) {
    return List.of("OPENAI_API_KEY", "OPENAI_BASE_URL", "ANTHROPIC_API_KEY", "GEMINI_API_KEY")
        .stream()
        .anyMatch(name -> isSet(environment, name));
  }

  private static boolean simulated(Map<String, String> variables) {
    return variables
        .getOrDefault("OPENAI_BASE_URL", "")
        .endsWith(":" + SimulatorConfig.LOCAL_PORT + "/v1");
  }
}
