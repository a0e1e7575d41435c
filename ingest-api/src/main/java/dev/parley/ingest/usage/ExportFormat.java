package dev.parley.ingest.usage;

import dev.parley.ingest.http.Query;

/** How an export is written. */
enum ExportFormat {
  CSV,
  JSON;

  static ExportFormat parse(Query query) {
    String value = query.find("format");
    if (value == null || value.equals("csv")) {
      return CSV;
    }
    if (value.equals("json")) {
      return JSON;
    }
    throw UsageQuery.invalid("format", "format must be csv or json");
  }
}
