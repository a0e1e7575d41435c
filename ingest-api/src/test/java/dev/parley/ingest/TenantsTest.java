package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ingest.testing.ApiServer;
import dev.parley.ingest.testing.ApiServer.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What administrators set for single tenants. */
final class TenantsTest {

  private static final String FULL =
      "{\"weight\":4,\"maxInFlight\":10,\"maxQueued\":0,\"requestsPerSecond\":5,"
          + "\"requestBurst\":6,\"monthlyBudgetUsd\":12.50,\"budgetAction\":\"skip\"}";

  private ApiServer server;

  @BeforeEach
  void start() {
    server = ApiServer.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aTenantOfWhichNothingWasSetHasTheDefaults() {
    Reply reply = admin("GET", "/admin/tenants/new-one", "");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).isEqualTo("{\"tenant\":{\"id\":\"new-one\",\"version\":0}}");
  }

  @Test
  void whatIsPutReplacesAllAndIsReadBack() {
    Reply put = admin("PUT", "/admin/tenants/acme", FULL);
    assertThat(put.status()).isEqualTo(200);
    assertThat(put.body())
        .startsWith(
            "{\"tenant\":{\"id\":\"acme\",\"weight\":4,\"maxInFlight\":10,\"maxQueued\":0,"
                + "\"requestsPerSecond\":5,\"requestBurst\":6,\"monthlyBudgetUsd\":12.5,"
                + "\"budgetAction\":\"skip\",\"version\":1,\"updatedAt\":\"");
    assertThat(admin("GET", "/admin/tenants/acme", "").body()).isEqualTo(put.body());

    Reply again = admin("PUT", "/admin/tenants/acme", "{\"weight\":5,\"maxInFlight\":null}");
    assertThat(again.body()).startsWith("{\"tenant\":{\"id\":\"acme\",\"weight\":5,\"version\":2,");
    assertThat(admin("GET", "/admin/tenants", "").json().at("/tenants/items")).hasSize(1);

    Reply reset = admin("DELETE", "/admin/tenants/acme", "");
    assertThat(reset.status()).isEqualTo(200);
    assertThat(reset.body()).startsWith("{\"tenant\":{\"id\":\"acme\",\"version\":3,");
  }

  @Test
  void onlyAdministratorsSeeAndSetThem() {
    assertThat(server.get("/admin/tenants/acme").status()).isEqualTo(403);
    assertThat(server.get("/admin/tenants").status()).isEqualTo(403);
    assertThat(server.call("PUT", "/admin/tenants/acme", FULL).status()).isEqualTo(403);
    assertThat(server.call("DELETE", "/admin/tenants/acme", "").status()).isEqualTo(403);
    assertThat(server.stores.tenantSettings.all()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"weight":0}                  | weight
          {"weight":10001}              | weight
          {"weight":1.5}                | weight
          {"weight":"3"}                | weight
          {"maxInFlight":0}             | maxInFlight
          {"maxQueued":-1}              | maxQueued
          {"maxQueued":1000000001}      | maxQueued
          {"requestsPerSecond":-1}      | requestsPerSecond
          {"requestBurst":0}            | requestBurst
          {"monthlyBudgetUsd":-0.01}    | monthlyBudgetUsd
          {"monthlyBudgetUsd":"5"}      | monthlyBudgetUsd
          {"monthlyBudgetUsd":1e10}     | monthlyBudgetUsd
          {"budgetAction":"explode"}    | budgetAction
          {"id":"another"}              | id
          """)
  void whatIsOutOfItsLimitsIsRefusedByFieldAndNothingIsSet(String body, String param) {
    Reply reply = admin("PUT", "/admin/tenants/acme", body);
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.at("/error/code")).isEqualTo("invalid_request");
    assertThat(reply.at("/error/param")).isEqualTo(param);
    assertThat(reply.at("/error/message")).startsWith(param + " ");
    assertThat(server.stores.tenantSettings.all()).isEmpty();
  }

  @Test
  void anIdThatIsNotOneIsRefused() {
    Reply reply = admin("PUT", "/admin/tenants/-x", "{}");
    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.at("/error/param")).isEqualTo("id");
  }

  @Test
  void aRateThatIsSetForATenantHoldsForItAtOnceAndForNoOther() {
    admin("PUT", "/admin/tenants/other", "{\"requestsPerSecond\":1,\"requestBurst\":2}");
    String[] other = {"authorization", "Bearer " + server.otherKey};

    assertThat(server.get("/sessions", other).header("ratelimit-remaining")).isEqualTo("1");
    assertThat(server.get("/sessions", other).status()).isEqualTo(200);
    Reply refused = server.get("/sessions", other);
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.at("/error/code")).isEqualTo("rate_limited");
    assertThat(refused.header("retry-after")).isEqualTo("1");
    assertThat(refused.header("ratelimit-limit")).isEqualTo("2");
    Reply acme = server.get("/sessions");
    assertThat(acme.status()).isEqualTo(200);
    assertThat(acme.header("ratelimit-limit")).isEmpty();

    admin("PUT", "/admin/tenants/other", "{\"requestsPerSecond\":1000}");
    assertThat(server.get("/sessions", other).status()).isEqualTo(200);
  }

  private Reply admin(String method, String path, String body) {
    return server.call(method, path, body, "authorization", "Bearer " + server.adminKey);
  }
}
