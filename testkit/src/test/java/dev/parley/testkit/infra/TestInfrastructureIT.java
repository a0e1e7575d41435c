package dev.parley.testkit.infra;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.infra.DatabaseUrl;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;

@UsesInfrastructure
class TestInfrastructureIT {

  private final TestInfrastructure infrastructure;

  TestInfrastructureIT(TestInfrastructure infrastructure) {
    this.infrastructure = infrastructure;
  }

  @Test
  void everyServiceAnswers() {
    assertThat(infrastructure.check()).isEmpty();
  }

  @Test
  void allTestsShareOneInstance(TestInfrastructure again) {
    assertThat(again).isSameAs(infrastructure);
  }

  @Test
  void freshDatabasesAreApartFromEachOther() throws Exception {
    String first = infrastructure.freshDatabase();
    String second = infrastructure.freshDatabase();
    try (Connection connection = DatabaseUrl.parse(first).connect();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE mine (id int)");
    }
    try (Connection connection = DatabaseUrl.parse(second).connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT to_regclass('mine')")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getString(1)).isNull();
    }
  }

  @Test
  void servicesNamedByTheEnvironmentComeFirst() {
    var announcements = new ArrayList<String>();
    Map<String, String> environment =
        Map.of(
            "KAFKA_BOOTSTRAP_SERVERS", infrastructure.kafkaBootstrapServers(),
            "DATABASE_URL", infrastructure.databaseUrl(),
            "REDIS_URL", infrastructure.redisUrl());
    try (TestInfrastructure named = TestInfrastructure.choose(environment, announcements::add)) {
      assertThat(named.kind()).isEqualTo("environment");
      assertThat(named.freshDatabase()).contains("/parley_test_");
    }
    assertThat(announcements)
        .containsExactly("Tests run against environment services (named by the environment)");
    assertThat(infrastructure.check()).isEmpty();
  }
}
