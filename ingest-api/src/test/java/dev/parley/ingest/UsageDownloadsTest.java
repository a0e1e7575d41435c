package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ingest.auth.ApiKeys;
import dev.parley.ingest.testing.ApiServer;
import dev.parley.ingest.testing.ApiServer.Reply;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.ApiKeyStore.ApiKey.Role;
import java.time.Clock;
import java.util.AbstractList;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each download of usage rows holds a connection to the database while its client reads. */
@Timeout(30)
final class UsageDownloadsTest {

  private static final String PATH = "/usage/events?format=json";

  private final Semaphore begun = new Semaphore(0);
  private final CountDownLatch end = new CountDownLatch(1);
  private ApiServer server;

  @BeforeEach
  void start() {
    server = ApiServer.start(Map.of("USAGE_DOWNLOADS", "2"));
    server.stores.rows = new Rows();
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.close();
  }

  @Test
  void oneTenantHasHalfOfThemAndAllTogetherNoMoreThanIsSet() throws Exception {
    FutureTask<Reply> first = download(server.key);

    Reply another = get(server.key);
    assertThat(another.status()).isEqualTo(429);
    assertThat(another.at("/error/code")).isEqualTo("rate_limited");
    assertThat(another.header("retry-after")).isEqualTo("5");

    FutureTask<Reply> theirs = download(server.otherKey);
    ApiKeys keys = new ApiKeys(server.stores, Clock.systemUTC());
    String third = keys.mint(new TenantId("third"), Role.TENANT, null).key();
    Reply beyond = get(third);
    assertThat(beyond.status()).isEqualTo(503);
    assertThat(beyond.at("/error/code")).isEqualTo("unavailable");
    assertThat(beyond.header("retry-after")).isEqualTo("5");

    end.countDown();
    assertThat(first.get().status()).isEqualTo(200);
    assertThat(theirs.get().status()).isEqualTo(200);
    assertThat(get(server.key).status()).isEqualTo(200);
    assertThat(get(third).status()).isEqualTo(200);
  }

  @Test
  void aDownloadThatFailsGivesItsPlaceBack() {
    end.countDown();
    server.stores.away = true;
    for (int i = 0; i < 5; i++) {
      assertThat(get(server.key).status()).isEqualTo(503);
    }
    server.stores.away = false;
    assertThat(get(server.key).status()).isEqualTo(200);
  }

  private FutureTask<Reply> download(String key) throws InterruptedException {
    FutureTask<Reply> download = new FutureTask<>(() -> get(key));
    Thread.ofVirtual().start(download);
    begun.acquire();
    return download;
  }

  private Reply get(String key) {
    return server.get(PATH, "Authorization", "Bearer " + key);
  }

  /** None, which are told once the test lets them be. */
  private final class Rows extends AbstractList<UsageEvent> {
    @Override
    public int size() {
      begun.release();
      try {
        end.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
      return 0;
    }

    @Override
    public UsageEvent get(int index) {
      throw new IndexOutOfBoundsException(index);
    }
  }
}
