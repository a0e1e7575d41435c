package dev.parley.worker.provider;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which providers there are.
 *
 * @param defaultModel for turns that name none
 * @param openAi null when it is not configured, as the two others
 */
public record ProviderConfig(
    @Nullable String defaultModel,
    @Nullable Server openAi,
    OpenAiApi openAiApi,
    @Nullable Server anthropic,
    @Nullable Server gemini) {

  /** Which of its two formats OpenAI is spoken to in. */
  public enum OpenAiApi {
    CHAT,
    RESPONSES
  }

  /**
   * Reads {@code DEFAULT_MODEL}, and for {@code OPENAI}, {@code ANTHROPIC} and {@code GEMINI} the
   * variables {@code _API_KEY} and {@code _BASE_URL}; {@code OPENAI_API} is {@code chat} or {@code
   * responses}. A provider is configured when one of its variables is set.
   *
   * @throws IllegalArgumentException with a message that names the variable and not its value
   */
  public static ProviderConfig fromEnv(Map<String, String> env) {
    return new ProviderConfig(
        value(env, "DEFAULT_MODEL"),
        server(env, "OPENAI", "https://api.openai.com/v1"),
        openAiApi(value(env, "OPENAI_API")),
        server(env, "ANTHROPIC", "https://api.anthropic.com"),
        server(env, "GEMINI", "https://generativelanguage.googleapis.com"));
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
    return servers;
  }

  private static OpenAiApi openAiApi(@Nullable String value) {
    return switch (value) {
      case null -> OpenAiApi.CHAT;
      case "chat" -> OpenAiApi.CHAT;
      case "responses" -> OpenAiApi.RESPONSES;
      default -> throw new IllegalArgumentException("OPENAI_API must be chat or responses");
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
        baseUrl(prefix + "_BASE_URL", url == null ? defaultUrl : url),
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
   * Where a provider is.
   *
   * @param baseUrl without a slash at its end
   * @param apiKey null when the server needs none, or each tenant brings its own
   */
  public record Server(String baseUrl, @Nullable ApiKey apiKey) {}
}
