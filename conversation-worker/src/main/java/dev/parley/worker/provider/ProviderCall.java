package dev.parley.worker.provider;

import dev.parley.schemas.TenantId;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.TurnOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a model.
 *
 * @param model the model's name as the provider knows it; wins over {@code options.model()}
 * @param system the system message; when it is given, {@code messages} do not hold it again
 * @param messages the conversation in order, the newest last
 * @param options tools, response format, temperature; its model, provider, budget and token bound
 *     have been decided upon before and are not looked at
 * @param maxOutputTokens the upper bound of the answer, reasoning included
 * @param stream whether the answer is asked for as a stream; a plain answer comes as one delta
 * @param triesBefore how often this very call has failed before, in earlier turns of its job; lets
 *     the waiting time grow and the tries end
 * @param tenant who asks; null where there are no tenants
 * @param apiKey a tenant's own key; null for the deployment's
 * @param requestKey the same for all tries of one call; goes out as {@code Idempotency-Key}, by
 *     which a provider that looks at it can tell them; null for none
 */
public record ProviderCall(
    String model,
    @Nullable String system,
    List<Message> messages,
    TurnOptions options,
    int maxOutputTokens,
    Deadlines deadlines,
    boolean stream,
    int triesBefore,
    @Nullable TenantId tenant,
    @Nullable ApiKey apiKey,
    @Nullable String requestKey) {

  public ProviderCall {
    messages = List.copyOf(messages);
    if (maxOutputTokens <= 0) {
      throw new IllegalArgumentException("maxOutputTokens must be positive");
    }
    if (triesBefore < 0) {
      throw new IllegalArgumentException("triesBefore must not be negative");
    }
  }

  /** A streamed first try with the deployment's key. */
  public static ProviderCall of(
      String model,
      @Nullable String system,
      List<Message> messages,
      TurnOptions options,
      int maxOutputTokens,
      Deadlines deadlines) {
    return new ProviderCall(
        model, system, messages, options, maxOutputTokens, deadlines, true, 0, null, null, null);
  }

  public ProviderCall withStream(boolean newStream) {
    return copy(deadlines, newStream, triesBefore, tenant, apiKey, requestKey);
  }

  public ProviderCall withTriesBefore(int tries) {
    return copy(deadlines, stream, tries, tenant, apiKey, requestKey);
  }

  public ProviderCall withDeadlines(Deadlines newDeadlines) {
    return copy(newDeadlines, stream, triesBefore, tenant, apiKey, requestKey);
  }

  public ProviderCall withTenant(@Nullable TenantId newTenant) {
    return copy(deadlines, stream, triesBefore, newTenant, apiKey, requestKey);
  }

  public ProviderCall withApiKey(@Nullable ApiKey key) {
    return copy(deadlines, stream, triesBefore, tenant, key, requestKey);
  }

  public ProviderCall withRequestKey(@Nullable String key) {
    return copy(deadlines, stream, triesBefore, tenant, apiKey, key);
  }

  private ProviderCall copy(
      Deadlines newDeadlines,
      boolean newStream,
      int newTriesBefore,
      @Nullable TenantId newTenant,
      @Nullable ApiKey newApiKey,
      @Nullable String newRequestKey) {
    return new ProviderCall(
        model,
        system,
        messages,
        options,
        maxOutputTokens,
        newDeadlines,
        newStream,
        newTriesBefore,
        newTenant,
        newApiKey,
        newRequestKey);
  }

  /** Without the texts: this may reach a log. */
  @Override
  public String toString() {
    return "ProviderCall[model="
        + model
        + ", messages="
        + messages.size()
        + ", maxOutputTokens="
        + maxOutputTokens
        + ", stream="
        + stream
        + ", triesBefore="
        + triesBefore
        + "]";
  }
}
