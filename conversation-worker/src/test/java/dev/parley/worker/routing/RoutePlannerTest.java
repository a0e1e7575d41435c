package dev.parley.worker.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ReplyListener;
import dev.parley.worker.provider.Router;
import dev.parley.worker.provider.Router.ModelPattern;
import dev.parley.worker.provider.Router.Route;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class RoutePlannerTest {

  private final ChatProvider openAi = new Named("openai");
  private final ChatProvider anthropic = new Named("anthropic");
  private final ChatProvider hastyOpenAi = new Named("openai");

  @Test
  void theFirstRuleThatFitsDecides() throws Exception {
    RoutePlanner planner =
        planner(
            """
            {"rules": [
              {"name": "acme", "match": {"tenant": "acme"}, "primary": {"model": "gpt-a"}},
              {"name": "tools", "match": {"tools": true}, "primary": {"model": "gpt-t"}},
              {"name": "claudes", "match": {"model": ["claude-*", "opus"]},
               "primary": {"model": "claude-x", "label": "x"}},
              {"name": "vips", "match": {"session": "vip-*", "provider": "openai"},
               "primary": {"model": "gpt-v"}},
              {"name": "unnamed", "match": {"modelRequested": false, "tenant": "other"},
               "primary": {"model": "gpt-u"}}]}
            """);

    assertThat(decision(planner, "acme", "s", "claude-1", true))
        .isEqualTo("rule:acme:primary:gpt-a");
    assertThat(decision(planner, "t", "s", null, true)).isEqualTo("rule:tools:primary:gpt-t");
    assertThat(decision(planner, "t", "s", "claude-1", false)).isEqualTo("rule:claudes:primary:x");
    assertThat(decision(planner, "t", "vip-7", null, false)).isEqualTo("rule:vips:primary:gpt-v");
    assertThat(decision(planner, "t", "a-vip-7", "o3", false)).isEqualTo("requested:o3");
    assertThat(decision(planner, "other", "s", null, false))
        .isEqualTo("rule:unnamed:primary:gpt-u");
    assertThat(decision(planner, "other", "s", "gpt-1", false)).isEqualTo("requested:gpt-1");
    assertThat(decision(planner, "t", "s", null, false)).isEqualTo("default:gpt-5-mini");
  }

  @Test
  void fallbacksFollowInOrderAndOnlyTheLastRouteIsPatient() throws Exception {
    RoutePlan plan =
        planner(
                """
                {"rules": [{"name": "r", "primary": {"model": "gpt-1"},
                  "fallbacks": [{"model": "gpt-2", "label": "two"}, {"model": "claude-3"}],
                  "overflow": true}]}
                """)
            .plan(request("t", "s", null, false));

    assertThat(plan.overflow()).isTrue();
    assertThat(plan.routes())
        .containsExactly(
            new Route(hastyOpenAi, "gpt-1", "rule:r:primary:gpt-1"),
            new Route(hastyOpenAi, "gpt-2", "rule:r:fallback:1:two"),
            new Route(anthropic, "claude-3", "rule:r:fallback:2:claude-3"));
    assertThat(plan.decision(0)).isEqualTo("rule:r:primary:gpt-1");
    assertThat(plan.decision(2))
        .isEqualTo("rule:r:primary:gpt-1 -> rule:r:fallback:1:two -> rule:r:fallback:2:claude-3");
  }

  @Test
  void aRuleWithoutFallbacksIsPatient() throws Exception {
    RoutePlan plan =
        planner("{\"rules\": [{\"name\": \"r\", \"primary\": {\"model\": \"gpt-1\"}}]}")
            .plan(request("t", "s", null, false));
    assertThat(plan.routes().getFirst().provider()).isSameAs(openAi);
  }

  @Test
  void variantsAreSharedOutByWeightAndStayWithTheirSession() throws Exception {
    RoutePlanner planner = variants(80, 20);
    RoutePlanner again = variants(80, 20);
    Map<String, Integer> counts = new TreeMap<>();
    for (int i = 0; i < 5_000; i++) {
      String decision = decision(planner, "t", "session-" + i, null, false);
      assertThat(decision(again, "t", "session-" + i, "gpt-9", true)).isEqualTo(decision);
      counts.merge(decision, 1, Integer::sum);
    }
    assertThat(counts.keySet()).isEqualTo(Set.of("rule:ab:variant:a", "rule:ab:variant:b"));
    assertThat(counts.get("rule:ab:variant:b")).isBetween(900, 1_100);
  }

  @Test
  void aChangedWeightMovesNoMoreSessionsThanItHasTo() throws Exception {
    RoutePlanner before = variants(80, 20);
    RoutePlanner after = variants(60, 40);
    int moved = 0;
    for (int i = 0; i < 5_000; i++) {
      String was = decision(before, "t", "session-" + i, null, false);
      String is = decision(after, "t", "session-" + i, null, false);
      moved += was.equals(is) ? 0 : 1;
      assertThat(was.endsWith(":b") && is.endsWith(":a")).as("a session moved back").isFalse();
    }
    assertThat(moved).isBetween(880, 1_120);
  }

  private RoutePlanner variants(int a, int b) throws Exception {
    return planner(
        """
        {"rules": [{"name": "ab", "variants": [
           {"model": "gpt-1", "label": "a", "weight": %d},
           {"model": "gpt-2", "label": "b", "weight": %d}]}]}
        """
            .formatted(a, b));
  }

  private RoutePlanner planner(String file) throws Exception {
    RoutingConfig config = RoutingFile.parse(file, Set.of("openai", "anthropic"));
    Router router =
        new Router(
            Map.of("openai", openAi, "anthropic", anthropic),
            ModelPattern.WELL_KNOWN,
            "gpt-5-mini",
            "openai");
    return new RoutePlanner(router, config.rules(), Map.of("openai", hastyOpenAi));
  }

  private static String decision(
      RoutePlanner planner, String tenant, String session, @Nullable String model, boolean tools)
      throws Exception {
    return planner.plan(request(tenant, session, model, tools)).decision(0);
  }

  private static RouteRequest request(
      String tenant, String session, @Nullable String model, boolean tools) {
    return new RouteRequest(
        new SessionKey(new TenantId(tenant), new SessionId(session)), model, null, tools);
  }

  private static final class Named implements ChatProvider {
    private final String name;

    Named(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public ProviderReply call(ProviderCall call, ReplyListener listener) {
      throw new UnsupportedOperationException();
    }
  }
}
