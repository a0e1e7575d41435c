package dev.parley.usage.csv;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.UsageStore;
import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.UsageStore.UsageSum;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.SequencedSet;
import java.util.function.Consumer;

/**
 * Writes usage as CSV after RFC 4180: UTF-8, a header line, lines end with CRLF, quotes where they
 * are needed. The same rows give the same bytes. Nothing is held but a buffer.
 *
 * <p>All methods flush and none closes what it is given.
 */
public final class UsageCsv {

  /** The media type of what is written. */
  public static final String MEDIA_TYPE = "text/csv; charset=utf-8; header=present";

  private static final int BUFFER = 1 << 16;

  private UsageCsv() {}

  /**
   * What an export has to be grouped by, so that provider and model are always among its columns:
   * what was asked for comes first, and each dimension once.
   */
  public static List<UsageDimension> exportGrouping(List<UsageDimension> asked) {
    SequencedSet<UsageDimension> grouping = new LinkedHashSet<>(asked);
    grouping.add(UsageDimension.PROVIDER);
    grouping.add(UsageDimension.MODEL);
    return List.copyOf(grouping);
  }

  /** The header line of {@link #writeSums}. */
  public static List<String> sumColumns(List<UsageDimension> groupBy) {
    List<String> columns = new ArrayList<>();
    for (UsageDimension dimension : groupBy) {
      columns.add(column(dimension));
    }
    columns.addAll(SumRow.COLUMNS);
    return List.copyOf(columns);
  }

  /**
   * A line per sum: the group's values, then the measures. Money has six decimals, half up.
   *
   * @param groupBy what the sums were grouped by, see {@link #exportGrouping}
   * @throws UncheckedIOException when {@code out} fails
   */
  public static void writeSums(
      OutputStream out, List<UsageDimension> groupBy, Iterable<UsageSum> sums) {
    write(
        out,
        csv -> {
          csv.writeRecord(sumColumns(groupBy));
          for (UsageSum sum : sums) {
            csv.writeRecord(SumRow.of(sum));
          }
        });
  }

  /**
   * A line per event, with its exact cost, or an empty cell where the price is unknown.
   *
   * @param source hands each event to the consumer that it is given, as {@code sink ->
   *     store.forEachEvent(filter, sink)} does
   * @throws UncheckedIOException when {@code out} fails, also out of the sink
   */
  public static void writeEvents(OutputStream out, Consumer<Consumer<UsageEvent>> source) {
    write(
        out,
        csv -> {
          csv.writeRecord(EventRow.COLUMNS);
          source.accept(event -> csv.writeRecord(EventRow.of(event)));
        });
  }

  /**
   * A line per event of a store, the same bytes as {@link #writeEvents(OutputStream, Consumer)}, by
   * the fastest way that the store has.
   *
   * @throws UncheckedIOException when {@code out} fails
   */
  public static void writeEvents(OutputStream out, UsageStore store, UsageFilter filter) {
    write(out, csv -> csv.writeRecord(EventRow.COLUMNS));
    CopiedLines lines = new CopiedLines(out);
    if (store.forEachLine(filter, lines::write)) {
      lines.flush();
    } else {
      write(out, csv -> store.forEachEvent(filter, event -> csv.writeRecord(EventRow.of(event))));
    }
  }

  private static void write(OutputStream out, Consumer<CsvWriter> rows) {
    CsvWriter csv =
        CsvWriter.builder()
            .lineDelimiter(LineDelimiter.CRLF)
            .bufferSize(BUFFER)
            .build(out, StandardCharsets.UTF_8);
    rows.accept(csv);
    try {
      // Not closed: the stream belongs to the caller, and the writer holds nothing else.
      csv.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The column of a dimension, as it is named in queries too. */
  public static String column(UsageDimension dimension) {
    return switch (dimension) {
      case TENANT -> "tenantId";
      case SESSION -> "sessionId";
      case BOT -> "botId";
      case PROVIDER, MODEL, HOUR, DAY, MONTH -> dimension.name().toLowerCase(Locale.ROOT);
    };
  }
}
