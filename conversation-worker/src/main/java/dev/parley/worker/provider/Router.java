package dev.parley.worker.provider;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chooses provider and model of a turn: what was asked for, else the default model; the provider
 * that was named, else the one whose models begin like the model, else the default provider.
 */
public final class Router {

  private final Map<String, ChatProvider> providers;
  private final List<ModelPrefix> prefixes;
  private final @Nullable String defaultModel;
  private final @Nullable String defaultProvider;

  /**
   * @param prefixes the first that fits wins
   * @param defaultModel for turns that name no model; null means that they must
   * @param defaultProvider for models that no prefix fits; null means that there is none
   */
  public Router(
      Map<String, ChatProvider> providers,
      List<ModelPrefix> prefixes,
      @Nullable String defaultModel,
      @Nullable String defaultProvider) {
    this.providers = Map.copyOf(providers);
    this.prefixes = List.copyOf(prefixes);
    this.defaultModel = defaultModel;
    this.defaultProvider = defaultProvider;
  }

  /**
   * @param model what the request, else its session, asks for
   * @param provider likewise
   * @throws ProviderException with {@link Failure.InvalidRequest} when nothing serves this
   */
  public Route route(@Nullable String model, @Nullable String provider) throws ProviderException {
    if (provider != null && !providers.containsKey(provider)) {
      throw rejected("unknown_provider");
    }
    String chosen = model == null ? defaultFor(provider) : model;
    ChatProvider target = providers.get(provider == null ? providerOf(chosen) : provider);
    if (target == null) {
      throw rejected("unknown_model");
    }
    return new Route(target, chosen, (model == null ? "default:" : "requested:") + chosen);
  }

  /** The model of turns that name none; null when they must. */
  public @Nullable String defaultModel() {
    return defaultModel;
  }

  /** Which provider serves a model; null when none does. */
  public @Nullable String providerNameOf(String model) {
    for (ModelPrefix prefix : prefixes) {
      if (model.startsWith(prefix.prefix()) && providers.containsKey(prefix.provider())) {
        return prefix.provider();
      }
    }
    return defaultProvider;
  }

  private String defaultFor(@Nullable String provider) throws ProviderException {
    if (defaultModel == null) {
      throw rejected("model_required");
    }
    if (provider != null && !provider.equals(providerOf(defaultModel))) {
      throw rejected("model_required");
    }
    return defaultModel;
  }

  private String providerOf(String model) throws ProviderException {
    String name = providerNameOf(model);
    if (name == null) {
      throw rejected("unknown_model");
    }
    return name;
  }

  private static ProviderException rejected(String reason) {
    return new ProviderException(new Failure.InvalidRequest(reason), null);
  }

  /** Models that begin with {@code prefix} are served by {@code provider}, if it is configured. */
  public record ModelPrefix(String prefix, String provider) {

    /** How the known providers name their models. */
    public static final List<ModelPrefix> WELL_KNOWN =
        List.of(
            new ModelPrefix("gpt-", "openai"),
            new ModelPrefix("chatgpt-", "openai"),
            new ModelPrefix("o1", "openai"),
            new ModelPrefix("o3", "openai"),
            new ModelPrefix("o4", "openai"),
            new ModelPrefix("claude-", "anthropic"),
            new ModelPrefix("gemini-", "gemini"));
  }

  /**
   * What was chosen.
   *
   * @param decision why, as usage records tell it: {@code default:M}, {@code requested:M}, or the
   *     rule that said so
   */
  public record Route(ChatProvider provider, String model, String decision) {}
}
