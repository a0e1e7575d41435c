package dev.parley.ingest.sessions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.storage.ExpectedSessions;
import dev.parley.storage.NewSession;
import dev.parley.storage.SessionStore.Missing;
import dev.parley.storage.memory.MemorySessionStore;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class SessionDirectoryTest {

  private static final SessionKey KEY = new SessionKey(new TenantId("acme"), new SessionId("s"));
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private final MemorySessionStore store = new MemorySessionStore();
  private final Shared shared = new Shared();
  private final AtomicLong nanos = new AtomicLong();
  private final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  private final Node one = new Node(shared);
  private final Node two = new Node(shared);

  private final class Node {
    private final SessionDirectory directory;
    private final Deletions deletions;

    private Node(ExpectedSessions expected) {
      directory = new SessionDirectory(store, expected, nanos::get);
      deletions = new Deletions(store, directory, clock);
    }
  }

  /** What nodes tell each other. */
  private static final class Shared implements ExpectedSessions {
    private final Map<SessionKey, Boolean> told = new HashMap<>();

    @Override
    public CompletableFuture<Void> expect(SessionKey key) {
      told.put(key, true);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public boolean isExpected(SessionKey key, boolean otherwise) {
      return told.getOrDefault(key, otherwise);
    }

    @Override
    public void forget(SessionKey key) {
      told.put(key, false);
    }
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void aSessionThatIsOnItsWayCanBeDeletedOnceThroughAnyNode() {
    one.directory.expect(KEY).join();
    pass(Duration.ofSeconds(6));

    assertThat(two.deletions.delete(KEY)).isTrue();

    assertThat(one.directory.exists(KEY)).isFalse();
    assertThat(two.directory.exists(KEY)).isFalse();
    assertThat(one.deletions.delete(KEY)).isFalse();
    assertThat(two.deletions.delete(KEY)).isFalse();
  }

  @Test
  void aSessionThatIsMadeAgainIsKnownToAllNodesAgain() {
    one.directory.expect(KEY).join();
    two.deletions.delete(KEY);
    pass(Duration.ofSeconds(6));

    one.directory.expect(KEY).join();

    assertThat(two.directory.exists(KEY)).isTrue();
  }

  @Test
  void aNodeThatDeletedASessionItselfTellsOfTheNextOneAtOnce() {
    one.directory.expect(KEY).join();
    one.deletions.delete(KEY);
    assertThat(two.directory.exists(KEY)).isFalse();

    one.directory.expect(KEY).join();

    assertThat(two.directory.exists(KEY)).isTrue();
  }

  @Test
  void aDeletionThatFindsNothingChangesNothing() {
    assertThat(one.deletions.delete(KEY)).isFalse();
    assertThat(shared.told).isEmpty();
  }

  @Test
  void aDeletionThatFindsNothingForgetsWhatSomebodyElseDeleted() {
    store.create(NewSession.empty(KEY, NOW));
    assertThat(one.directory.exists(KEY)).isTrue();
    store.delete(KEY, NOW, false);

    assertThat(one.deletions.delete(KEY)).isFalse();

    assertThat(one.directory.exists(KEY)).isFalse();
  }

  @Test
  void aNodeAloneKnowsOfItsOwnMessages() {
    Node alone = new Node(ExpectedSessions.NONE);
    alone.directory.expect(KEY).join();
    pass(Duration.ofMinutes(14));
    assertThat(alone.directory.exists(KEY)).isTrue();

    assertThat(alone.deletions.delete(KEY)).isTrue();

    assertThat(alone.directory.exists(KEY)).isFalse();
    assertThat(alone.deletions.delete(KEY)).isFalse();
  }

  @Test
  void deletionsOfAllTenantsAreForgottenInTime() {
    store.delete(KEY, NOW.minus(Duration.ofDays(31)), true);
    SessionKey other = new SessionKey(new TenantId("other"), new SessionId("s"));

    one.deletions.delete(other);

    await()
        .untilAsserted(() -> {
          store.createMissing(List.of(new Missing(KEY, NOW, NOW.minus(Duration.ofDays(32)))));
          assertThat(store.find(KEY)).isNotNull();
        });
  }
}
