package dev.parley.worker.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.worker.provider.Router.ModelPattern;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RouterTest {

  private final ChatProvider openAi = new Named("openai");
  private final ChatProvider anthropic = new Named("anthropic");
  private final Router router =
      new Router(
          Map.of("openai", openAi, "anthropic", anthropic),
          ModelPattern.WELL_KNOWN,
          "gpt-5-mini",
          "openai");

  @Test
  void withoutAWishTheDefaultModelIsTaken() throws Exception {
    assertThat(router.route(null, null))
        .isEqualTo(new Router.Route(openAi, "gpt-5-mini", "default:gpt-5-mini"));
    assertThat(router.route(null, "openai").decision()).isEqualTo("default:gpt-5-mini");
  }

  @Test
  void theModelsNameTellsItsProvider() throws Exception {
    assertThat(router.route("claude-opus-4-5", null))
        .isEqualTo(new Router.Route(anthropic, "claude-opus-4-5", "requested:claude-opus-4-5"));
  }

  @Test
  void aProviderThatIsNamedWins() throws Exception {
    assertThat(router.route("claude-opus-4-5", "openai").provider()).isEqualTo(openAi);
  }

  @Test
  void aModelThatNoPrefixFitsGoesToTheDefaultProvider() throws Exception {
    assertThat(router.route("llama-4", null).provider()).isEqualTo(openAi);
    assertThat(router.route("gemini-3", null).provider()).isEqualTo(openAi);
  }

  @Test
  void whatNothingServesIsRejected() {
    assertThat(rejection(router, null, "mistral")).isEqualTo("unknown_provider");
    assertThat(rejection(router, null, "anthropic")).isEqualTo("model_required");
    Router bare = new Router(Map.of("anthropic", anthropic), ModelPattern.WELL_KNOWN, null, null);
    assertThat(rejection(bare, null, null)).isEqualTo("model_required");
    assertThat(rejection(bare, "gpt-5", null)).isEqualTo("unknown_model");
  }

  private static String rejection(Router router, String model, String provider) {
    ProviderException e =
        catchThrowableOfType(ProviderException.class, () -> router.route(model, provider));
    return ((Failure.InvalidRequest) e.failure()).reason();
  }

  private record Named(String name) implements ChatProvider {
    @Override
    public ProviderReply call(ProviderCall call, ReplyListener listener) {
      throw new UnsupportedOperationException();
    }
  }
}
