package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ingest.testing.ApiServer;
import dev.parley.ingest.testing.ApiServer.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExportsTest {

  @TempDir private Path directory;
  private ApiServer server;

  @BeforeEach
  void start() throws IOException {
    server = ApiServer.start(Map.of("EXPORT_DIR", directory.toString()));
    write("acme", "2026-02-01", 0, "second");
    write("acme", "2026-01-31.correction-1", 1, "correction");
    write("acme", "2026-01-31.correction-10", 10, "last correction");
    write("acme", "2026-01-31.correction-2", 2, "next correction");
    write("acme", "2026-01-31", 0, "first");
    write("other", "2026-01-30", 0, "theirs");
    Files.writeString(directory.resolve("secret.csv"), "secret");
    Files.writeString(directory.resolve("acme").resolve("2026-03-01.csv"), "without a manifest");
    Files.writeString(directory.resolve("acme").resolve(".2026.tmp"), "not whole");
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private void write(String tenant, String name, int correction, String csv) throws IOException {
    Path folder = Files.createDirectories(directory.resolve(tenant));
    Files.writeString(folder.resolve(name + ".csv"), csv);
    Files.writeString(
        folder.resolve(name + ".manifest.json"),
        """
        {"tenantId":"%s","day":"%s","correction":%d,"closed":true,"file":"%s.csv","rows":1,
         "sums":{"costUSD":1.10},"groups":[{"model":"m"}]}\
        """
            .formatted(tenant, name.substring(0, 10), correction, name));
  }

  @Test
  void theyAreListedByDayWithTheirCorrectionsBehind() {
    Reply reply = server.get("/usage/exports");
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.json().at("/exports/items"))
        .extracting(item -> item.get("file").asText())
        .containsExactly(
            "2026-01-31.csv",
            "2026-01-31.correction-1.csv",
            "2026-01-31.correction-2.csv",
            "2026-01-31.correction-10.csv",
            "2026-02-01.csv");
    assertThat(reply.body()).contains("\"costUSD\":1.10").doesNotContain("groups");
  }

  @Test
  void aFileIsFetchedByTheNameThatIsListedAndItsManifestToo() {
    Reply csv = server.get("/usage/exports/2026-01-31.correction-1.csv");
    assertThat(csv.status()).isEqualTo(200);
    assertThat(csv.header("content-type")).startsWith("text/csv");
    assertThat(csv.body()).isEqualTo("correction");
    Reply manifest = server.get("/usage/exports/2026-01-31.manifest.json");
    assertThat(manifest.header("content-type")).isEqualTo("application/json");
    assertThat(manifest.at("/groups/0/model")).isEqualTo("m");
  }

  @Test
  void whatIsNotOneOfTheTenantsExportsIsNotThere() {
    for (String name :
        List.of(
            "2026-01-30.csv",
            "2026-03-01.csv",
            "2026-12-31.csv",
            "secret.csv",
            "..%2Fsecret.csv",
            "..%2Fother%2F2026-01-30.csv",
            "%2e%2e%2fother%2f2026-01-30.csv",
            "2026-01-31.csv%0A",
            "2026-01-31.csv%00",
            "2026-01-31",
            ".2026.tmp",
            "2026-01-31.correction-0000000001.csv",
            "%D9%A2%D9%A0%D9%A2%D9%A6-01-31.csv",
            "x".repeat(3_000))) {
      Reply reply = server.get("/usage/exports/" + name);
      assertThat(reply.status()).as(name).isEqualTo(404);
      assertThat(reply.body()).doesNotContain("secret\"", "theirs", directory.toString());
    }
  }

  @Test
  void anAdministratorMayFetchAnotherTenants() {
    String[] admin = {"authorization", "Bearer " + server.adminKey};
    assertThat(server.get("/usage/exports?tenantId=other", admin).at("/exports/items/0/file"))
        .isEqualTo("2026-01-30.csv");
    assertThat(server.get("/usage/exports/2026-01-30.csv?tenantId=other", admin).body())
        .isEqualTo("theirs");
    assertThat(server.get("/usage/exports?tenantId=..", admin).status()).isEqualTo(400);
  }

  @Test
  void aManifestThatNamesAnotherTenantMakesNothingValid() throws IOException {
    Path folder = directory.resolve("acme");
    Files.writeString(folder.resolve("2026-04-01.csv"), "theirs");
    Files.writeString(folder.resolve("2026-04-01.manifest.json"), "{\"tenantId\":\"Acme\"}");
    assertThat(server.get("/usage/exports/2026-04-01.csv").status()).isEqualTo(404);
    assertThat(server.get("/usage/exports").json().at("/exports/items")).hasSize(5);
  }

  @Test
  void withoutADirectoryThereAreNone() {
    for (String nowhere : List.of("none", directory.resolve("missing").toString())) {
      try (ApiServer without = ApiServer.start(Map.of("EXPORT_DIR", nowhere))) {
        assertThat(without.get("/usage/exports").json().at("/exports/items")).isEmpty();
        assertThat(without.get("/usage/exports/2026-01-31.csv").status()).isEqualTo(404);
      }
    }
  }
}
