package dev.parley.usage.exports;

import dev.parley.schemas.TenantId;
import dev.parley.storage.StoreUnavailableException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One look at all days: one tenant's file that cannot be written must not hold up the others. */
final class Round {

  private static final Logger log = LoggerFactory.getLogger(Round.class);

  private int written;
  private int failed;
  private @Nullable String cause;

  void wrote(int files) {
    written += files;
  }

  /**
   * @throws StoreUnavailableException when there is no use in going on
   */
  void run(TenantId tenant, LocalDate day, Runnable work) {
    try {
      work.run();
    } catch (UncheckedIOException | IllegalStateException e) {
      failed++;
      cause = e.getMessage();
      log.atError()
          .setMessage("export failed")
          .addKeyValue("tenant", tenant)
          .addKeyValue("day", day)
          .addKeyValue("cause", cause)
          .log();
    }
  }

  /**
   * @return how many files were written
   * @throws IllegalStateException when some could not be
   */
  int end() {
    if (failed > 0) {
      throw new IllegalStateException(failed + " exports failed, the last one: " + cause);
    }
    return written;
  }
}
