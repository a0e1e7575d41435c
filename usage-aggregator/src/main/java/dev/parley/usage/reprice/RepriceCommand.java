package dev.parley.usage.reprice;

import dev.parley.pricing.PriceBook;
import dev.parley.runtime.ConfigException;
import dev.parley.runtime.ConnectTimeout;
import dev.parley.runtime.Env;
import dev.parley.runtime.GivenUpException;
import dev.parley.runtime.KafkaSettings;
import dev.parley.schemas.Identifiers;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.CorrectionStore;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.UsageStore;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.config.Stores;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Applies a price book to a past range: tells the differences, and with --apply corrects them. */
public final class RepriceCommand {

  private static final String USAGE =
      """
      usage: reprice --since TIME --until TIME --prices FILE [--tenant TENANT] [--apply]
        TIME    2026-01-31 (midnight UTC) or 2026-01-31T12:00:00Z; until is exclusive
        FILE    a price book, with a version of its own
        --connect-timeout SECONDS  how long to wait for PostgreSQL; 30
      Tells what would change, and changes nothing without --apply.
      """;

  private static final int BATCH = 1_000;

  private RepriceCommand() {}

  /**
   * @return the exit code
   * @throws ConfigException naming all that is wrong with the environment
   */
  public static int run(
      Map<String, String> environment,
      List<String> args,
      StoresOpener opener,
      PrintStream out,
      PrintStream err)
      throws InterruptedException {
    ConnectTimeout timeout = ConnectTimeout.takenFrom(args);
    Request request = Request.parse(timeout.words());
    if (request == null) {
      err.print(USAGE);
      return 2;
    }
    PriceBook book;
    try {
      book = PriceBook.of(request.prices());
    } catch (NoSuchFileException e) {
      err.println("reprice: there is no file " + request.prices());
      return 1;
    } catch (IOException e) {
      err.println("reprice: " + request.prices() + ": " + e.getMessage());
      return 1;
    }
    Env env = new Env(environment);
    KafkaSettings kafka = request.apply() ? KafkaSettings.from(env) : null;
    try (Stores stores = opener.open(env)) {
      start(stores, timeout);
      Differences differences = new Differences();
      Repricing.run(stores.usage(), request.range(), book, differences::add);
      differences.print(out);
      if (kafka == null) {
        err.println(differences.changed() + " calls would be corrected; --apply corrects them");
        return 0;
      }
      if (!keep(book, stores.usage())) {
        err.println("reprice: another price book has the version " + book.version());
        return 1;
      }
      try (CorrectionPublisher publisher = CorrectionPublisher.on(kafka, stores.corrections())) {
        publisher.check();
        long added = apply(stores.usage(), stores.corrections(), request.range(), book);
        long published = publisher.publish();
        err.println(added + " corrections written, " + published + " published");
      }
      return 0;
    } catch (IllegalStateException | StoreUnavailableException | GivenUpException e) {
      err.println("reprice: " + e.getMessage());
      return 1;
    }
  }

  private static void start(Stores stores, ConnectTimeout timeout) {
    try {
      stores.startDatabase(timeout.limit());
    } catch (StoreUnavailableException e) {
      throw timeout.givenUp(e);
    }
  }

  /** Opens the stores, and ends the reading of the environment. */
  @FunctionalInterface
  public interface StoresOpener {
    Stores open(Env env);
  }

  /** So that what the corrections say can be taken apart later. */
  private static boolean keep(PriceBook book, UsageStore store) {
    String text = book.text();
    return text != null && store.recordPriceBook(book.version(), text);
  }

  /** In batches while the ledger is read; a run that breaks off is completed by the next one. */
  static long apply(
      UsageStore store, CorrectionStore corrections, UsageFilter range, PriceBook book) {
    List<UsageEvent> batch = new ArrayList<>(BATCH);
    long[] added = {0};
    Repricing.run(
        store,
        range,
        book,
        call -> {
          if (call.correction() != null) {
            batch.add(call.correction());
          }
          if (batch.size() == BATCH) {
            added[0] += corrections.add(batch);
            batch.clear();
          }
        });
    return added[0] + corrections.add(batch);
  }

  private record Request(UsageFilter range, Path prices, boolean apply) {

    static @Nullable Request parse(List<String> args) {
      Map<String, String> options = new HashMap<>();
      boolean apply = false;
      for (int i = 0; i < args.size(); i++) {
        String name = args.get(i);
        if (name.equals("--apply")) {
          apply = true;
        } else if (List.of("--since", "--until", "--prices", "--tenant").contains(name)
            && i + 1 < args.size()) {
          options.put(name, args.get(++i));
        } else {
          return null;
        }
      }
      String tenant = options.get("--tenant");
      String prices = options.get("--prices");
      Instant since = time(options.get("--since"));
      Instant until = time(options.get("--until"));
      if (prices == null
          || since == null
          || until == null
          || !since.isBefore(until)
          || (tenant != null && !Identifiers.isValid(tenant))) {
        return null;
      }
      try {
        return new Request(
            new UsageFilter(
                tenant == null ? null : new TenantId(tenant), null, null, null, null, since, until),
            Path.of(prices),
            apply);
      } catch (InvalidPathException e) {
        return null;
      }
    }

    private static @Nullable Instant time(@Nullable String text) {
      if (text == null) {
        return null;
      }
      try {
        return text.length() == 10
            ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
            : Instant.parse(text);
      } catch (DateTimeException e) {
        return null;
      }
    }
  }
}
