package dev.parley.storage.contract;

import static dev.parley.storage.contract.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.schemas.TenantId;
import dev.parley.storage.ApiKeyStore;
import dev.parley.storage.ApiKeyStore.ApiKey;
import dev.parley.storage.SecretStore;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link ApiKeyStore} and {@link SecretStore} does. */
public abstract class KeysContract {

  protected abstract ApiKeyStore keys();

  protected abstract SecretStore secrets();

  private static ApiKey key(TenantId tenant, String id) {
    return new ApiKey(
        id, tenant, ApiKey.Role.TENANT, "hash-of-" + id, "label", NOW.plusNanos(5), null);
  }

  @Test
  void a_key_is_found_by_its_hash() {
    TenantId tenant = Samples.tenant();
    String id = "key-" + tenant;
    keys().add(key(tenant, id));

    ApiKey found = keys().findByHash("hash-of-" + id);
    assertThat(found)
        .isEqualTo(new ApiKey(id, tenant, ApiKey.Role.TENANT, "hash-of-" + id, "label", NOW, null));
    assertThat(keys().findByHash("another")).isNull();
  }

  @Test
  void adding_a_key_again_changes_nothing() {
    TenantId tenant = Samples.tenant();
    String id = "key-" + tenant;
    keys().add(key(tenant, id));
    keys().revoke(id, NOW);
    keys().add(key(tenant, id));
    keys().add(new ApiKey(id + "-b", tenant, ApiKey.Role.ADMIN, "hash-of-" + id, null, NOW, null));

    assertThat(keys().findByHash("hash-of-" + id).revokedAt()).isEqualTo(NOW);
    assertThat(keys().list(tenant)).hasSize(1);
  }

  @Test
  void a_revoked_key_stays_revoked_since_the_first_time() {
    TenantId tenant = Samples.tenant();
    String id = "key-" + tenant;
    keys().add(key(tenant, id));

    assertThat(keys().revoke(id, NOW)).isTrue();
    assertThat(keys().revoke(id, NOW.plusSeconds(9))).isTrue();
    assertThat(keys().revoke("no-such-key", NOW)).isFalse();
    assertThat(keys().findByHash("hash-of-" + id).revokedAt()).isEqualTo(NOW);
  }

  @Test
  void keys_are_listed_by_tenant_or_all() {
    TenantId tenant = Samples.tenant();
    TenantId other = Samples.tenant();
    keys().add(key(tenant, "a-" + tenant));
    keys().add(key(tenant, "b-" + tenant));
    keys().add(key(other, "a-" + other));

    assertThat(keys().list(tenant))
        .extracting(ApiKey::id)
        .containsExactly("a-" + tenant, "b-" + tenant);
    assertThat(keys().list(null)).extracting(ApiKey::id).contains("a-" + tenant, "a-" + other);
  }

  @Test
  void all_who_ask_for_a_secret_at_once_get_the_same() throws Exception {
    String name = "secret-" + Samples.tenant();
    List<Callable<byte[]>> askers =
        IntStream.range(0, 8)
            .<Callable<byte[]>>mapToObj(i -> () -> secrets().getOrCreate(name))
            .toList();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      byte[] first = secrets().getOrCreate(name);
      assertThat(first).hasSize(32);
      for (var answer : executor.invokeAll(askers)) {
        assertThat(answer.get()).isEqualTo(first);
      }
    }
    assertThat(secrets().getOrCreate(name + "-other")).isNotEqualTo(secrets().getOrCreate(name));
  }
}
