package dev.parley.worker.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.worker.resilience.BreakerConfig;
import dev.parley.worker.routing.RoutingFile.InvalidRoutingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RoutingFileTest {

  private static final Set<String> PROVIDERS = Set.of("openai", "anthropic");

  @Test
  void readsWhatTheDocumentationShows() throws Exception {
    String page = Files.readString(Path.of("..", "docs", "routing.md"));
    int start = page.indexOf("```json") + "```json".length();
    RoutingConfig config =
        RoutingFile.parse(page.substring(start, page.indexOf("```", start)), PROVIDERS);

    assertThat(config.rules()).hasSize(3);
    assertThat(config.rules().get(2).hasVariants()).isTrue();
    assertThat(config.limits()).hasSize(2);
    assertThat(config.breaker().openFor()).isEqualTo(Duration.ofSeconds(15));
  }

  @Test
  void anEmptyObjectChangesNothing() throws Exception {
    assertThat(RoutingFile.parse("{}", PROVIDERS)).isEqualTo(RoutingConfig.NONE);
    assertThat(RoutingFile.parse("{}", PROVIDERS).breaker()).isEqualTo(BreakerConfig.DEFAULT);
  }

  @Test
  void tellsAllThatIsWrongByTheNameOfTheField() {
    assertThat(
            problems(
                """
                {"rules": [
                   {"name": "a b", "primary": {"provider": "mistral", "model": "m"}},
                   {"name": "x", "match": {"tools": "yes", "tennant": "acme", "model": []},
                    "variants": [{"model": "m", "weight": 0}]},
                   {"name": "x", "primary": {"model": "m", "label": "a -> b"},
                    "fallbacks": [{"label": "l"}]}],
                 "limits": [{"provider": "openai"}],
                 "breaker": {"failureRate": 2},
                 "fallbacks": []}
                """))
        .containsExactly(
            "rules[0].name must be up to 64 letters, digits, dots, dashes and underscores",
            "rules[0].primary.provider is not configured; configured are: anthropic, openai",
            "rules[1].variants[0].weight must be a whole number from 1 to 1000000",
            "rules[1].variants[0].weight must be a whole number from 1 to 1000000",
            "rules[1].primary is missing; or give two variants or more",
            "rules[1].match.model must not be an empty list: leave it out to fit everything",
            "rules[1].match.tools must be true or false",
            "rules[1].match.tennant is not known; known here: model, modelRequested, provider,"
                + " session, tenant, tools",
            "rules[2].name is the name of a rule before it",
            "rules[2].primary.label must be up to 128 letters, digits and . _ : / @ + -",
            "rules[2].fallbacks[0].model is missing",
            "limits[0].requestsPerMinute or tokensPerMinute is missing",
            "breaker.failureRate must be a number above 0 and at most 1",
            "fallbacks is not known; known here: breaker, limits, rules, workers");
  }

  @Test
  void tellsWhereTheJsonBreaks() {
    assertThat(problems("{\n  \"rules\": [,]\n}"))
        .singleElement()
        .asString()
        .startsWith("the file is not JSON: line 2, column 13");
    assertThat(problems("[]")).containsExactly("the file must be a JSON object");
    assertThat(problems("{\"rules\": 1}")).containsExactly("rules must be a list");
  }

  @Test
  void aFileThatIsNotThereIsTold() {
    assertThat(
            catchThrowableOfType(
                    InvalidRoutingException.class,
                    () -> RoutingFile.read(Path.of("no", "such.json"), PROVIDERS))
                .problems())
        .containsExactly("the file cannot be read");
  }

  private static List<String> problems(String text) {
    return catchThrowableOfType(
            InvalidRoutingException.class, () -> RoutingFile.parse(text, PROVIDERS))
        .problems();
  }
}
