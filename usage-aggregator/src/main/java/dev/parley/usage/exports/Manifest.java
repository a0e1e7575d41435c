package dev.parley.usage.exports;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is told of a file beside it. Holds nothing of when or where it was written: the same usage
 * gives the same bytes.
 *
 * @param format {@code csv}, or that of another kind with its version
 * @param day the UTC day, yyyy-MM-dd
 * @param correction 0 for the day's own file, then counted up
 * @param closed whether file and manifest are final
 * @param rows lines after the header
 * @param sums over the usage that the file tells of, exact
 * @param priceVersions of the day's ledger rows, sorted
 * @param groups the exact rows where the file rounds them
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Manifest(
    String format,
    String tenantId,
    String day,
    int correction,
    boolean closed,
    String file,
    long bytes,
    String sha256,
    List<String> columns,
    int rows,
    Sums sums,
    List<String> priceVersions,
    @Nullable List<DaySummary.Row> groups) {}
