package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.RouteTable.Route;
import dev.parley.ingest.testing.ApiServer;
import dev.parley.ingest.testing.ApiServer.Reply;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The description of the API against its routes and its error codes. */
final class OpenApiTest {

  private static final Pattern PARAMETER = Pattern.compile("\\{(\\w+)}");

  private ApiServer server;
  private JsonNode spec;

  @BeforeEach
  void start() {
    server = ApiServer.start();
    Reply reply = withoutCredentials("/openapi.json");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("content-type")).isEqualTo("application/json");
    spec = reply.json();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void itTellsOfEveryRouteAndOfNoOther() {
    Set<String> documented = new TreeSet<>();
    spec.get("paths")
        .properties()
        .forEach(path ->
            path.getValue()
                .properties()
                .forEach(operation ->
                    documented.add(
                        operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey())));
    Set<String> routes = new TreeSet<>();
    server.api().routes().forEach(route -> routes.add(route.method() + " " + route.path()));
    assertThat(documented).isEqualTo(routes);
    assertThat(spec.get("openapi").asText()).startsWith("3.1.");
  }

  @Test
  void onlyOpenRoutesAreToldToNeedNoKeyAndAllOthersTellOfBeingRefused() {
    for (Route route : server.api().routes()) {
      JsonNode operation = operation(route);
      boolean open = operation.has("security") && operation.get("security").isEmpty();
      assertThat(open).as("%s", route).isEqualTo(route.access() == Access.OPEN);
      assertThat(codes(operation).contains(ErrorCode.UNAUTHORIZED))
          .as("%s", route)
          .isEqualTo(!open);
      assertThat(codes(operation).contains(ErrorCode.FORBIDDEN))
          .as("%s", route)
          .isEqualTo(route.access() == Access.ADMIN);
      assertThat(spec.get("tags"))
          .extracting(tag -> tag.get("name").asText())
          .contains(operation.at("/tags/0").asText());
    }
  }

  @Test
  void everyParameterOfAPathIsDescribed() {
    for (Route route : server.api().routes()) {
      List<String> described = new ArrayList<>();
      for (JsonNode parameter : operation(route).path("parameters")) {
        JsonNode resolved = resolve(parameter);
        if (resolved.get("in").asText().equals("path")) {
          described.add(resolved.get("name").asText());
        }
      }
      List<String> named = new ArrayList<>();
      Matcher matcher = PARAMETER.matcher(route.path());
      while (matcher.find()) {
        named.add(matcher.group(1));
      }
      assertThat(described).as("%s", route).isEqualTo(named);
    }
  }

  @Test
  void everyErrorCodeStandsUnderItsStatusAndNoneIsForgotten() {
    Set<ErrorCode> documented = EnumSet.noneOf(ErrorCode.class);
    for (Route route : server.api().routes()) {
      documented.addAll(codes(operation(route)));
    }
    for (String list : List.of("x-error-codes-everywhere", "x-error-codes-reserved")) {
      for (JsonNode code : spec.get(list)) {
        assertThat(documented.add(code(code.asText()))).as("%s stands once", code).isTrue();
      }
    }
    assertThat(documented).isEqualTo(EnumSet.allOf(ErrorCode.class));
  }

  @Test
  void everyReferenceLeadsSomewhereAndEverySchemaIsReferredTo() {
    Set<String> referred = new TreeSet<>();
    for (JsonNode reference : spec.findValues("$ref")) {
      assertThat(spec.at(reference.asText().substring(1)).isMissingNode())
          .as("%s", reference)
          .isFalse();
      referred.add(reference.asText());
    }
    spec.at("/components/schemas")
        .fieldNames()
        .forEachRemaining(name -> assertThat(referred).contains("#/components/schemas/" + name));
  }

  @Test
  void thePageNeedsNoOtherHost() {
    Reply page = withoutCredentials("/docs");
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.header("content-type")).startsWith("text/html");
    assertThat(page.header("content-security-policy")).contains("default-src 'none'");
    assertThat(page.body())
        .contains("fetch(\"openapi.json\")")
        .doesNotContain("//cdn", "http://", "https://", "innerHTML");
  }

  private JsonNode operation(Route route) {
    JsonNode operation =
        spec.path("paths").path(route.path()).path(route.method().toLowerCase(Locale.ROOT));
    assertThat(operation.isObject()).as("%s is described", route).isTrue();
    return operation;
  }

  private Set<ErrorCode> codes(JsonNode operation) {
    Set<ErrorCode> codes = EnumSet.noneOf(ErrorCode.class);
    operation
        .get("responses")
        .properties()
        .forEach(response -> {
          for (JsonNode name : resolve(response.getValue()).path("x-error-codes")) {
            ErrorCode code = code(name.asText());
            assertThat(Integer.toString(code.status())).isEqualTo(response.getKey());
            codes.add(code);
          }
        });
    return codes;
  }

  /** Throws for a code that there is not. */
  private static ErrorCode code(String wireName) {
    return ErrorCode.valueOf(wireName.toUpperCase(Locale.ROOT));
  }

  private JsonNode resolve(JsonNode node) {
    return node.has("$ref") ? spec.at(node.get("$ref").asText().substring(1)) : node;
  }

  private Reply withoutCredentials(String path) {
    return server.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build());
  }
}
