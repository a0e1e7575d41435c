package dev.parley.ingest.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

final class OutagesTest {

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000);
  private final Outages outages = new Outages(nanos::get);

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }

  @Test
  void anOutageIsToldOnceForEachCauseHoweverLongItLasts() {
    assertThat(outages.begins("PostgreSQL")).isTrue();
    for (int i = 0; i < 100; i++) {
      pass(Duration.ofSeconds(29));
      assertThat(outages.begins("PostgreSQL")).isFalse();
    }
    assertThat(outages.begins("Redis")).isTrue();
    assertThat(outages.begins("PostgreSQL")).isFalse();
  }

  @Test
  void whatComesAfterAQuietWhileIsAnotherOutage() {
    assertThat(outages.begins("PostgreSQL")).isTrue();
    pass(Duration.ofSeconds(30));
    assertThat(outages.begins("PostgreSQL")).isTrue();
    assertThat(outages.begins("PostgreSQL")).isFalse();
  }
}
