package dev.parley.localstack.commands;

import dev.parley.pricing.ContextWindow;
import dev.parley.pricing.ContextWindows;
import dev.parley.pricing.DatedPrices;
import dev.parley.pricing.ModelPrices;
import dev.parley.pricing.PriceBook;
import dev.parley.pricing.PriceTier;
import dev.parley.runtime.ConfigException;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Shows the price book, and what of it has not been compared with its source for long. */
@Command(
    name = "prices",
    description = {
      "Show what models cost, in USD for a million tokens, and how large their context windows are.",
      "What was compared with its source more than --stale days ago is marked."
    },
    footer = {
      "",
      "Reads the file that PRICE_BOOK names, else the prices of this release, and the context windows of"
          + " CONTEXT_WINDOWS before those of this release. With --stale-only the exit code is 1 when"
          + " anything is stale."
    })
final class PricesCommand implements Callable<Integer> {

  private static final String WINDOW = "%-60s %10s  %s%n";

  private static final String ROW = "%-24s %-10s %-10s %9s %10s %10s %10s %10s %10s %6s  %s%n";

  @Option(
      names = "--stale",
      paramLabel = "DAYS",
      defaultValue = "90",
      description = "How old a comparison may be (default: ${DEFAULT-VALUE}).")
  private int staleDays;

  @Option(names = "--stale-only", description = "Show the stale ones only, with their sources.")
  private boolean staleOnly;

  @Option(
      names = "--file",
      paramLabel = "FILE",
      defaultValue = "${env:PRICE_BOOK}",
      description = "Another price book.")
  private @Nullable Path file;

  @Option(
      names = "--windows",
      paramLabel = "FILE",
      defaultValue = "${env:CONTEXT_WINDOWS}",
      description = "Context windows that go before those of this release.")
  private @Nullable Path windowsFile;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() {
    PriceBook book = read();
    LocalDate today = LocalDate.now(Clock.systemUTC());
    Set<ModelPrices> stale = Set.copyOf(book.checkedBefore(today.minusDays(staleDays)));
    PrintWriter out = out();
    boolean staleWindows = printWindows(today, out);
    out.printf(
        ROW,
        "model",
        "provider",
        "from",
        "above",
        "input",
        "cached",
        "write 5m",
        "write 1h",
        "output",
        "batch",
        "checked");
    for (ModelPrices model : book.models()) {
      boolean old = stale.contains(model);
      if (old || !staleOnly) {
        print(model, old, out);
      }
    }
    out.printf(
        "%d models, %d of them stale (compared before %s), price book %s%n",
        book.models().size(), stale.size(), today.minusDays(staleDays), book.version());
    out.flush();
    return staleOnly && (staleWindows || !stale.isEmpty()) ? 1 : 0;
  }

  /** Returns whether any is stale. */
  private boolean printWindows(LocalDate today, PrintWriter out) {
    ContextWindows windows = windows();
    Set<ContextWindow> stale = Set.copyOf(windows.checkedBefore(today.minusDays(staleDays)));
    out.printf(WINDOW, "context windows", "tokens", "checked");
    for (ContextWindow window : windows.all()) {
      boolean old = stale.contains(window);
      if (old || !staleOnly) {
        out.printf(
            WINDOW,
            String.join(", ", window.models()),
            window.tokens(),
            window.checked() + (old ? "  STALE" : ""));
        if (staleOnly) {
          out.printf("  %s%n", window.source());
        }
      }
    }
    out.printf(
        "%d windows, %d of them stale (compared before %s), version %s%n%n",
        windows.all().size(), stale.size(), today.minusDays(staleDays), windows.version());
    return !stale.isEmpty();
  }

  private ContextWindows windows() {
    try {
      return windowsFile == null || windowsFile.toString().isEmpty()
          ? ContextWindows.bundled()
          : ContextWindows.of(windowsFile);
    } catch (IOException e) {
      throw new ConfigException(List.of("the context windows: " + e.getMessage()));
    }
  }

  private void print(ModelPrices model, boolean stale, PrintWriter out) {
    String provider = model.provider() == null ? "any" : model.provider();
    List<DatedPrices> prices = model.prices();
    for (DatedPrices dated : prices) {
      for (PriceTier tier : dated.tiers()) {
        out.printf(
            ROW,
            model.model(),
            provider,
            dated.from().equals(LocalDate.EPOCH) ? "" : dated.from(),
            tier.aboveInputTokens() == 0 ? "" : tier.aboveInputTokens(),
            usd(tier.input()),
            usd(tier.cachedRead()),
            usd(tier.cacheWrite5m()),
            usd(tier.cacheWrite1h()),
            usd(tier.output()),
            "x" + model.batchFactor().stripTrailingZeros().toPlainString(),
            model.checked() + (stale ? "  STALE" : ""));
      }
    }
    if (staleOnly) {
      out.printf("  %s%n", model.source());
    }
  }

  /** Empty where the input's price holds. */
  private static String usd(@Nullable BigDecimal price) {
    return price == null ? "" : price.stripTrailingZeros().toPlainString();
  }

  private PriceBook read() {
    try {
      // the variable may be set and empty
      return file == null || file.toString().isEmpty() ? PriceBook.bundled() : PriceBook.of(file);
    } catch (IOException e) {
      throw new ConfigException(List.of("the price book cannot be read: " + e.getMessage()));
    }
  }

  private PrintWriter out() {
    if (spec == null) {
      throw new IllegalStateException("not run as a command");
    }
    return spec.commandLine().getOut();
  }
}
