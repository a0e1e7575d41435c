package dev.parley.worker.provider;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Chooses provider and model of a turn: what was asked for, else the default model; the provider
 * that was named, else the one that serves models of this name, else the default provider.
 */
public final class Router {

  private final Map<String, ChatProvider> providers;
  private final List<ModelPattern> models;
  private final @Nullable String defaultModel;
  private final @Nullable String defaultProvider;

  /**
   * @param models who serves which; the first that fits wins
   * @param defaultModel for turns that name no model; null means that they must
   * @param defaultProvider for models that no pattern fits; null means that there is none
   */
  public Router(
      Map<String, ChatProvider> providers,
      List<ModelPattern> models,
      @Nullable String defaultModel,
      @Nullable String defaultProvider) {
    this.providers = Map.copyOf(providers);
    this.models = List.copyOf(models);
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
    for (ModelPattern known : models) {
      if (known.models().fits(model) && providers.containsKey(known.provider())) {
        return known.provider();
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

  /** Models of such a name are served by {@code provider}, if it is configured. */
  public record ModelPattern(Wildcard models, String provider) {

    /** How the known providers name their models. */
    public static final List<ModelPattern> WELL_KNOWN =
        List.of(
            known("gpt-*", "openai"),
            known("chatgpt-*", "openai"),
            known("o1*", "openai"),
            known("o3*", "openai"),
            known("o4*", "openai"),
            known("claude-*", "anthropic"),
            known("gemini-*", "gemini"));

    private static ModelPattern known(String models, String provider) {
      return new ModelPattern(new Wildcard(models), provider);
    }
  }

  /**
   * What was chosen.
   *
   * @param decision why, as usage records tell it: {@code default:M}, {@code requested:M}, or the
   *     rule that said so
   */
  public record Route(ChatProvider provider, String model, String decision) {}
}
