package dev.parley.worker.provider;

import dev.parley.worker.provider.Router.ModelPattern;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Which providers there are.
 *
 * @param defaultModel for turns that name none
 * @param openAi null when it is not configured, as the two others
 * @param compatible further servers that speak OpenAI's format, by the names that they were given,
 *     in their order
 */
public record ProviderConfig(
    @Nullable String defaultModel,
    @Nullable Server openAi,
    OpenAiApi openAiApi,
    @Nullable Server anthropic,
    @Nullable Server gemini,
    Map<String, Compatible> compatible) {

  /** Names stand in rules, usage records and variables' names. */
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");

  private static final Set<String> BUILT_IN = Set.of("openai", "anthropic", "gemini");

  public ProviderConfig {
    compatible = Collections.unmodifiableMap(new LinkedHashMap<>(compatible));
  }

  /** Which of its two formats OpenAI is spoken to in. */
  public enum OpenAiApi {
    CHAT,
    RESPONSES
  }

  /**
   * Reads {@code DEFAULT_MODEL}, and for {@code OPENAI}, {@code ANTHROPIC} and {@code GEMINI} the
   * variables {@code _API_KEY} and {@code _BASE_URL}; {@code OPENAI_API} is {@code chat} or {@code
   * responses}. A provider is configured when one of its variables is set. {@code PROVIDERS} names
   * further servers that speak OpenAI's format; each has {@code PROVIDER_NAME_BASE_URL}, and may
   * have {@code _API_KEY}, {@code _API} and {@code _MODELS}.
   *
   * @throws IllegalArgumentException with a message that names the variable and not its value
   */
  public static ProviderConfig fromEnv(Map<String, String> env) {
    return new ProviderConfig(
        value(env, "DEFAULT_MODEL"),
        server(env, "OPENAI", "https://api.openai.com/v1"),
        openAiApi(env, "OPENAI_API"),
        server(env, "ANTHROPIC", "https://api.anthropic.com"),
        server(env, "GEMINI", "https://generativelanguage.googleapis.com"),
        compatible(env));
  }

  /** The models that the named servers serve, in the order of the servers. */
  public List<ModelPattern> models() {
    return compatible.entrySet().stream()
        .flatMap(named ->
            named.getValue().models().stream()
                .map(model -> new ModelPattern(model, named.getKey())))
        .toList();
  }

  /** Which of its formats a server that speaks OpenAI's is spoken to in. */
  public OpenAiApi apiOf(String provider) {
    Compatible named = compatible.get(provider);
    return named == null ? openAiApi : named.api();
  }

  /** Who serves models that nothing else is known of; null when nothing is configured. */
  public @Nullable String fallback() {
    // A server that speaks OpenAI's format may serve models of any name.
    if (openAi != null) {
      return "openai";
    }
    return Stream.concat(compatible.keySet().stream(), servers().keySet().stream())
        .findFirst()
        .orElse(null);
  }

  /** The configured servers by the provider's name. */
  public Map<String, Server> servers() {
    Map<String, Server> servers = new LinkedHashMap<>();
    if (openAi != null) {
      servers.put("openai", openAi);
    }
    if (anthropic != null) {
      servers.put("anthropic", anthropic);
    }
    if (gemini != null) {
      servers.put("gemini", gemini);
    }
    compatible.forEach((name, named) -> servers.put(name, named.server()));
    return servers;
  }

  private static Map<String, Compatible> compatible(Map<String, String> env) {
    Map<String, Compatible> compatible = new LinkedHashMap<>();
    for (String name : list(value(env, "PROVIDERS"))) {
      if (!NAME.matcher(name).matches()
          || BUILT_IN.contains(name)
          || compatible.containsKey(name)) {
        throw new IllegalArgumentException(
            "PROVIDERS must be names that differ, of up to 32 small letters, digits and dashes,"
                + " and none of openai, anthropic, gemini");
      }
      String prefix = "PROVIDER_" + name.replace('-', '_').toUpperCase(Locale.ROOT);
      Server server = server(env, prefix, "");
      if (server == null || server.baseUrl().isEmpty()) {
        throw new IllegalArgumentException(
            prefix + "_BASE_URL is not set, and PROVIDERS names its provider");
      }
      compatible.put(
          name,
          new Compatible(
              server,
              openAiApi(env, prefix + "_API"),
              list(value(env, prefix + "_MODELS")).stream().map(Wildcard::new).toList()));
    }
    return compatible;
  }

  private static List<String> list(@Nullable String value) {
    return value == null
        ? List.of()
        : Arrays.stream(value.split(",", -1)).map(String::strip).toList();
  }

  private static OpenAiApi openAiApi(Map<String, String> env, String name) {
    return switch (value(env, name)) {
      case null -> OpenAiApi.CHAT;
      case "chat" -> OpenAiApi.CHAT;
      case "responses" -> OpenAiApi.RESPONSES;
      default -> throw new IllegalArgumentException(name + " must be chat or responses");
    };
  }

  private static @Nullable Server server(
      Map<String, String> env, String prefix, String defaultUrl) {
    String key = value(env, prefix + "_API_KEY");
    String url = value(env, prefix + "_BASE_URL");
    if (key == null && url == null) {
      return null;
    }
    return new Server(
        url == null ? defaultUrl : baseUrl(prefix + "_BASE_URL", url),
        key == null ? null : apiKey(prefix + "_API_KEY", key));
  }

  private static ApiKey apiKey(String name, String value) {
    try {
      return new ApiKey(value);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  private static String baseUrl(String name, String value) {
    String url = value.endsWith("/") ? value.substring(0, value.length() - 1) : value;
    if (!isHttp(url)) {
      throw new IllegalArgumentException(
          name + " must be an http or https URL without user, query and fragment");
    }
    return url;
  }

  private static boolean isHttp(String url) {
    try {
      URI uri = new URI(url);
      return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
          && uri.getHost() != null
          && uri.getUserInfo() == null
          && uri.getQuery() == null
          && uri.getFragment() == null;
    } catch (URISyntaxException e) {
      return false;
    }
  }

  private static @Nullable String value(Map<String, String> env, String name) {
    String value = env.get(name);
    return value == null || value.isBlank() ? null : value.strip();
  }

  /**
   * A server that speaks OpenAI's format.
   *
   * @param models those that it serves; turns may ask for others by naming the provider
   */
  public record Compatible(Server server, OpenAiApi api, List<Wildcard> models) {
    public Compatible {
      models = List.copyOf(models);
    }
  }

  /**
   * Where a provider is.
   *
   * @param baseUrl without a slash at its end
   * @param apiKey null when the server needs none, or each tenant brings its own
   */
  public record Server(String baseUrl, @Nullable ApiKey apiKey) {}
}
