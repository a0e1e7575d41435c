package dev.parley.worker.provider.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.parley.schemas.TenantId;
import dev.parley.schemas.chat.FinishReason;
import dev.parley.storage.memory.MemoryProviderKeyStore;
import dev.parley.storage.secrets.MasterKeys;
import dev.parley.storage.secrets.ProviderKeyVault;
import dev.parley.worker.provider.ApiKey;
import dev.parley.worker.provider.Calls;
import dev.parley.worker.provider.ChatProvider;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderCall;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.provider.ProviderReply;
import dev.parley.worker.provider.ReplyListener;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class KeyedProviderTest {

  private static final TenantId ACME = new TenantId("acme");
  private static final String MASTER = Base64.getEncoder().encodeToString(new byte[32]);

  private final MemoryProviderKeyStore store = new MemoryProviderKeyStore();
  private final AtomicLong nanos = new AtomicLong();
  private final List<@Nullable ApiKey> used = new ArrayList<>();
  private Runnable during = () -> {};

  @Test
  void aTenantsOwnKeyIsUsedForItsOwnCallsAlone() throws Exception {
    vault(MASTER).put(ACME, "openai", "sk-own");
    KeyedProvider provider = provider(MASTER);

    provider.call(call(ACME), ReplyListener.NONE);
    provider.call(call(new TenantId("other")), ReplyListener.NONE);
    provider.call(call(null), ReplyListener.NONE);
    provider.call(call(ACME).withApiKey(new ApiKey("sk-given")), ReplyListener.NONE);

    assertThat(used).containsExactly(new ApiKey("sk-own"), null, null, new ApiKey("sk-given"));
  }

  @Test
  void aChangeIsHeardOfAfterHalfAMinute() throws Exception {
    KeyedProvider provider = provider(MASTER);
    provider.call(call(ACME), ReplyListener.NONE);
    vault(MASTER).put(ACME, "openai", "sk-own");
    provider.call(call(ACME), ReplyListener.NONE);
    nanos.addAndGet(TenantKeys.REMEMBERED.toNanos());
    provider.call(call(ACME), ReplyListener.NONE);

    assertThat(used).containsExactly(null, null, new ApiKey("sk-own"));
  }

  @Test
  void aKeyThatIsDeletedWhileACallIsUnderWayIsThatOfNoLaterOne() throws Exception {
    vault(MASTER).put(ACME, "openai", "sk-own");
    KeyedProvider provider = provider(MASTER);
    during =
        () -> {
          store.delete(ACME, "openai");
          nanos.addAndGet(TenantKeys.REMEMBERED.toNanos());
        };

    provider.call(call(ACME), ReplyListener.NONE);
    provider.call(call(ACME), ReplyListener.NONE);

    assertThat(used).containsExactly(new ApiKey("sk-own"), null);
  }

  @Test
  void aKeyThatDoesNotOpenFailsTheCallInsteadOfUsingTheDeployments() throws Exception {
    vault(MASTER).put(ACME, "openai", "sk-own");
    KeyedProvider provider = provider("");

    ProviderException failure =
        catchThrowableOfType(
            ProviderException.class, () -> provider.call(call(ACME), ReplyListener.NONE));

    assertThat(failure.failure()).isEqualTo(new Failure.OwnKeyUnreadable());
    assertThat(failure.retryable()).isFalse();
    assertThat(used).isEmpty();
  }

  private KeyedProvider provider(String master) {
    return new KeyedProvider(new Recording(), new TenantKeys(vault(master), nanos::get));
  }

  private ProviderKeyVault vault(String master) {
    return new ProviderKeyVault(store, MasterKeys.parse(master), Clock.systemUTC());
  }

  private static ProviderCall call(@Nullable TenantId tenant) {
    return Calls.hello("m").withTenant(tenant);
  }

  private final class Recording implements ChatProvider {
    @Override
    public String name() {
      return "openai";
    }

    @Override
    public ProviderReply call(ProviderCall call, ReplyListener listener) {
      used.add(call.apiKey());
      during.run();
      return new ProviderReply(List.of(), FinishReason.STOP, null, "m", null);
    }
  }
}
