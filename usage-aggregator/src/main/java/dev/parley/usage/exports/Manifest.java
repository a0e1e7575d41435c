package dev.parley.usage.exports;

import java.util.List;

/**
 * What is told of a file beside it. Holds nothing of when or where it was written: the same usage
 * gives the same bytes.
 *
 * @param day the UTC day, yyyy-MM-dd
 * @param correction 0 for the day's own file, then counted up
 * @param closed whether file and manifest are final
 * @param rows lines after the header
 * @param sums over all rows, exact, where the file's money is rounded for each row
 * @param priceVersions of the day's ledger rows, sorted
 * @param groups the rows, exact: what corrections are reckoned against
 */
record Manifest(
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
    List<Row> groups) {

  /** An exact row. */
  record Row(String provider, String model, Sums sums) {}
}
