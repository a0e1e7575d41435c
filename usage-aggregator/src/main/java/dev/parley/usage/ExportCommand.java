package dev.parley.usage;

import dev.parley.exports.ExportShelf;
import dev.parley.runtime.ConfigException;
import dev.parley.runtime.ConnectTimeout;
import dev.parley.runtime.Env;
import dev.parley.runtime.GivenUpException;
import dev.parley.schemas.Identifiers;
import dev.parley.schemas.TenantId;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.config.Stores;
import dev.parley.usage.exports.ExportSettings;
import dev.parley.usage.exports.Exports;
import java.io.PrintStream;
import java.time.Clock;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes the exports of a range of UTC days, the current one too, and ends. */
public final class ExportCommand {

  private static final String USAGE =
      """
      usage: export [--format FORMATS] FROM [TO] [TENANT]
        FORMATS    csv, focus or csv,focus; EXPORT_FORMATS when left out
        FROM, TO   UTC days, yyyy-MM-dd, both included; TO is FROM when left out
        TENANT     one tenant only
        --connect-timeout SECONDS  how long to wait for PostgreSQL; 30
      What was told before is written again byte for byte; what closed days lack becomes a correction.
      """;

  private ExportCommand() {}

  /**
   * @return the exit code
   * @throws ConfigException naming all that is wrong with the environment
   */
  public static int run(
      Map<String, String> environment,
      List<String> args,
      Clock clock,
      PrintStream out,
      PrintStream err) {
    ConnectTimeout timeout = ConnectTimeout.takenFrom(args);
    Range range = parse(timeout.words());
    if (range == null) {
      err.print(USAGE);
      return 2;
    }
    Map<String, String> variables = new HashMap<>(environment);
    if (range.formats() != null) {
      variables.put("EXPORT_FORMATS", range.formats());
    }
    Env env = new Env(variables);
    ExportSettings settings = AggregatorConfig.from(env).exports();
    if (settings == null) {
      env.problem("EXPORT_DIR is none: name a directory or a bucket");
    }
    try (Stores stores = AggregatorStores.open(env, variables, clock);
        ExportShelf shelf = settings == null ? null : settings.shelf().shelf()) {
      if (settings == null || shelf == null) {
        throw new IllegalStateException("a fault was noted and not told");
      }
      start(stores, timeout);
      int written =
          new Exports(stores.usage(), stores.exports(), shelf, settings)
              .writeRange(range.tenant(), range.from(), range.to().plusDays(1), clock.instant());
      out.println(written + " files written to " + shelf.place());
      return 0;
    } catch (IllegalStateException | StoreUnavailableException | GivenUpException e) {
      err.println("parley: " + e.getMessage());
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

  private record Range(
      LocalDate from, LocalDate to, @Nullable TenantId tenant, @Nullable String formats) {}

  private static @Nullable Range parse(List<String> words) {
    boolean named = words.size() > 2 && words.getFirst().equals("--format");
    List<String> args = named ? words.subList(2, words.size()) : words;
    if (args.isEmpty() || args.size() > 3) {
      return null;
    }
    try {
      LocalDate from = LocalDate.parse(args.get(0));
      LocalDate to = args.size() > 1 ? LocalDate.parse(args.get(1)) : from;
      if (to.isBefore(from) || (args.size() > 2 && !Identifiers.isValid(args.get(2)))) {
        return null;
      }
      return new Range(
          from,
          to,
          args.size() > 2 ? new TenantId(args.get(2)) : null,
          named ? words.get(1) : null);
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
