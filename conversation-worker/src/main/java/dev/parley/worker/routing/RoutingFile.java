package dev.parley.worker.routing;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.parley.worker.provider.Wildcard;
import dev.parley.worker.resilience.BreakerConfig;
import dev.parley.worker.resilience.RateLimit;
import dev.parley.worker.routing.RoutingConfig.Choice;
import dev.parley.worker.routing.RoutingConfig.Match;
import dev.parley.worker.routing.RoutingConfig.Rule;
import dev.parley.worker.routing.RoutingConfig.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a routing file, and tells a user of all that is wrong in it at once. */
public final class RoutingFile {

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Names become parts of decisions, which are joined with arrows. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9._:/@+-]{1,128}");

  private static final long MOST_PER_MINUTE = 1_000_000_000_000L;

  private final List<String> problems = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final Set<String> providers;

  private RoutingFile(Set<String> providers) {
    this.providers = providers;
  }

  /**
   * Reads a file.
   *
   * @param providers those that are configured
   * @throws InvalidRoutingException naming all that is wrong
   */
  public static RoutingConfig read(Path file, Set<String> providers)
      throws InvalidRoutingException {
    try {
      return parse(Files.readString(file), providers);
    } catch (IOException e) {
      throw new InvalidRoutingException(List.of("the file cannot be read"));
    }
  }

  static RoutingConfig parse(String text, Set<String> providers) throws InvalidRoutingException {
    RoutingFile reading = new RoutingFile(providers);
    RoutingConfig config = reading.config(tree(text));
    if (!reading.problems.isEmpty()) {
      throw new InvalidRoutingException(reading.problems);
    }
    return config;
  }

  private static JsonNode tree(String text) throws InvalidRoutingException {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      var at = e.getLocation();
      throw new InvalidRoutingException(
          List.of(
              "the file is not JSON: line "
                  + (at == null ? "?" : at.getLineNr())
                  + ", column "
                  + (at == null ? "?" : at.getColumnNr())
                  + ": "
                  + e.getOriginalMessage()));
    }
  }

  private RoutingConfig config(JsonNode root) {
    JsonFields fields = new JsonFields("", root, problems);
    List<Rule> rules = fields.list("rules", (rule, index) -> rule(rule));
    List<RateLimit> limits = fields.list("limits", (limit, index) -> limit(limit));
    BreakerConfig breaker = breaker(fields.object("breaker"));
    int workers = fields.number("workers", 1, 10_000, 1);
    fields.done();
    return new RoutingConfig(rules, limits, breaker, workers);
  }

  private Rule rule(JsonFields fields) {
    String name = fields.requiredText("name");
    if (!name.isEmpty() && !NAME.matcher(name).matches()) {
      fields.problem("name", "must be up to 64 letters, digits, dots, dashes and underscores");
    }
    if (!name.isEmpty() && !names.add(name)) {
      fields.problem("name", "is the name of a rule before it");
    }
    JsonFields primary = fields.object("primary");
    List<Choice> choices =
        fields.list(
            "variants",
            (variant, index) ->
                new Choice(target(variant, true), variant.number("weight", 1, 1_000_000, 1)));
    if (primary != null) {
      if (fields.has("variants")) {
        fields.problem("variants", "and primary exclude each other");
      }
      choices = List.of(new Choice(target(primary, false), 1));
      primary.done();
    } else if (choices.size() < 2 && !fields.has("primary")) {
      fields.problem("primary", "is missing; or give two variants or more");
    }
    tellRepeats(fields, choices);
    return new Rule(
        name,
        match(fields.object("match")),
        choices,
        fields.list("fallbacks", (fallback, index) -> target(fallback, false)),
        Boolean.TRUE.equals(fields.bool("overflow")));
  }

  /** Sessions are shared out by label. */
  private static void tellRepeats(JsonFields fields, List<Choice> choices) {
    Set<String> labels = new HashSet<>();
    for (Choice choice : choices) {
      if (!labels.add(choice.target().label())) {
        fields.problem("variants", "must have labels that differ");
      }
    }
  }

  private Target target(JsonFields fields, boolean weighted) {
    String provider = fields.text("provider");
    String model = fields.requiredText("model");
    String label = fields.text("label");
    if (weighted) {
      fields.number("weight", 1, 1_000_000, 1);
    }
    tellUnknown(fields, provider);
    String shown = label == null ? model : label;
    if (!shown.isEmpty() && !LABEL.matcher(shown).matches()) {
      fields.problem(
          label == null ? "model" : "label",
          "must be up to 128 letters, digits and . _ : / @ + -"
              + (label == null ? "; or give a label" : ""));
    }
    return new Target(provider, model, shown);
  }

  private void tellUnknown(JsonFields fields, @Nullable String provider) {
    if (provider != null && !providers.contains(provider)) {
      fields.problem(
          "provider",
          "is not configured; configured are: "
              + String.join(", ", providers.stream().sorted().toList()));
    }
  }

  private static Match match(@Nullable JsonFields fields) {
    if (fields == null) {
      return new Match(List.of(), List.of(), List.of(), List.of(), null, null);
    }
    Match match =
        new Match(
            fields.wildcards("tenant"),
            fields.wildcards("model"),
            fields.wildcards("provider"),
            fields.wildcards("session"),
            fields.bool("tools"),
            fields.bool("modelRequested"));
    fields.done();
    return match;
  }

  private RateLimit limit(JsonFields fields) {
    String provider = fields.requiredText("provider");
    if (!provider.isEmpty()) {
      tellUnknown(fields, provider);
    }
    String model = fields.text("model");
    Long requests = fields.number("requestsPerMinute", 1, MOST_PER_MINUTE);
    Long tokens = fields.number("tokensPerMinute", 1, MOST_PER_MINUTE);
    if (!fields.has("requestsPerMinute") && !fields.has("tokensPerMinute")) {
      fields.problem("requestsPerMinute", "or tokensPerMinute is missing");
    }
    return new RateLimit(provider, new Wildcard(model == null ? "*" : model), requests, tokens);
  }

  private static BreakerConfig breaker(@Nullable JsonFields fields) {
    BreakerConfig normal = BreakerConfig.DEFAULT;
    if (fields == null) {
      return normal;
    }
    BreakerConfig breaker =
        new BreakerConfig(
            !Boolean.FALSE.equals(fields.bool("enabled")),
            fields.share("failureRate", normal.failureRate()),
            fields.number("minimumCalls", 1, 100_000, normal.minimumCalls()),
            seconds(fields, "windowSeconds", normal.window()),
            seconds(fields, "openSeconds", normal.openFor()),
            fields.number("probes", 1, 1_000, normal.probes()));
    fields.done();
    return breaker;
  }

  private static Duration seconds(JsonFields fields, String name, Duration normal) {
    return Duration.ofSeconds(fields.number(name, 1, 3_600, (int) normal.toSeconds()));
  }

  /** What is wrong with a file, for its author. */
  public static final class InvalidRoutingException extends Exception {

    private static final long serialVersionUID = 1;

    @SuppressWarnings("serial") // never serialised
    private final List<String> problems;

    InvalidRoutingException(List<String> problems) {
      super(String.join("; ", problems));
      this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
      return problems;
    }
  }
}
