package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ingest.tenants.ProviderKeysCommand;
import dev.parley.ingest.testing.ApiServer;
import dev.parley.ingest.testing.ApiServer.Reply;
import dev.parley.schemas.TenantId;
import dev.parley.storage.secrets.MasterKeys;
import dev.parley.storage.secrets.ProviderKeyVault;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tenants' own keys to providers, by the API and by the command. */
final class ProviderKeysTest {

  private static final String MASTER = Base64.getEncoder().encodeToString(new byte[32]);
  private static final String KEY = "sk-tenants-own";
  private static final String PATH = "/admin/tenants/acme/provider-keys";
  private static final TenantId ACME = new TenantId("acme");

  private ApiServer server = ApiServer.start(Map.of("PROVIDER_KEYS_SECRET", MASTER));
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aKeyGoesInAndNeverComesOut() throws Exception {
    Reply put = admin("PUT", PATH + "/openai", "{\"key\":\"" + KEY + "\"}");
    Reply list = admin("GET", PATH, "");

    assertThat(put.status()).isEqualTo(200);
    assertThat(put.json().at("/providerKey/provider").asText()).isEqualTo("openai");
    assertThat(list.json().at("/providerKeys/items")).hasSize(1);
    assertThat(put.body() + list.body()).doesNotContain(KEY);
    assertThat(vault().find(ACME, "openai")).isEqualTo(KEY);
    assertThat(
            admin("GET", "/admin/tenants/other/provider-keys", "").json().at("/providerKeys/items"))
        .isEmpty();

    assertThat(admin("DELETE", PATH + "/openai", "").status()).isEqualTo(200);
    assertThat(admin("DELETE", PATH + "/openai", "").status()).isEqualTo(404);
    assertThat(vault().find(ACME, "openai")).isNull();
  }

  @Test
  void whatIsNoKeyIsRefusedWithoutQuotingIt() {
    for (String body :
        List.of("{\"key\":\"sk 1\"}", "{\"key\":\"\"}", "{}", "{\"key\":\"sk\\u00e9\"}")) {
      Reply reply = admin("PUT", PATH + "/openai", body);
      assertThat(reply.status()).as(body).isEqualTo(400);
      assertThat(reply.body()).doesNotContain("sk");
    }
    assertThat(admin("PUT", PATH + "/o%20p", "{\"key\":\"sk\"}").status()).isEqualTo(400);
    assertThat(server.stores.providerKeys.list(null)).isEmpty();
  }

  @Test
  void withoutAMasterKeyTheAnswerNamesTheVariable() {
    server.close();
    server = ApiServer.start();
    Reply reply = admin("PUT", PATH + "/openai", "{\"key\":\"sk\"}");
    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.body())
        .contains("provider_keys_not_configured")
        .contains("PROVIDER_KEYS_SECRET is not set");
  }

  @Test
  void theCommandReadsTheKeyFromItsInput() throws Exception {
    assertThat(run(KEY + "\n", "set", "acme", "openai")).isZero();
    assertThat(vault().find(ACME, "openai")).isEqualTo(KEY);
    assertThat(run("", "list")).isZero();
    assertThat(run("", "rotate")).isZero();
    assertThat(printed()).contains("acme openai master key").doesNotContain(KEY);
    assertThat(run("", "delete", "acme", "openai")).isZero();
    assertThat(run("", "delete", "acme", "openai")).isEqualTo(1);
  }

  @Test
  void theCommandSaysWhatItDoesNotUnderstand() {
    assertThat(run("", "set", "acme")).isEqualTo(2);
    assertThat(run("", "steal", "acme", "openai")).isEqualTo(2);
    assertThat(run("two words\n", "set", "acme", "openai")).isEqualTo(2);
    assertThat(run("", "set", "acme", "openai")).isEqualTo(2);
    assertThat(printed()).contains("usage: provider-keys").doesNotContain("two words");
  }

  private int run(String input, String... words) {
    PrintStream printer = new PrintStream(out, true, StandardCharsets.UTF_8);
    return new ProviderKeysCommand(
            vault(), new BufferedReader(new StringReader(input)), printer, printer)
        .run(List.of(words));
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private ProviderKeyVault vault() {
    return new ProviderKeyVault(
        server.stores.providerKeys, MasterKeys.parse(MASTER), Clock.systemUTC());
  }

  private Reply admin(String method, String path, String body) {
    return server.call(method, path, body, "authorization", "Bearer " + server.adminKey);
  }
}
