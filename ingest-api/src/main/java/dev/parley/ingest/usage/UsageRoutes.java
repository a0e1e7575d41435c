package dev.parley.ingest.usage;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.RouteTable;
import dev.parley.schemas.Json;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.UsageEvent;
import dev.parley.storage.UsageStore;
import dev.parley.storage.UsageStore.UsageDimension;
import dev.parley.storage.UsageStore.UsageFilter;
import dev.parley.storage.UsageStore.UsageSum;
import dev.parley.usage.csv.UsageCsv;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

/** Sums of usage, exports of them, and the single rows. */
public final class UsageRoutes implements RouteTable.Group {

  private static final List<UsageDimension> BY_MODEL =
      List.of(UsageDimension.PROVIDER, UsageDimension.MODEL);

  private final UsageStore store;
  private final Downloads downloads;

  /**
   * @param downloads of single rows that may go on at once
   */
  public UsageRoutes(UsageStore store, int downloads) {
    this.store = store;
    this.downloads = new Downloads(downloads);
  }

  @Override
  public void addTo(RouteTable table) {
    table
        .get("/usage", Access.TENANT_OR_ADMIN_FOR_OTHERS, this::summary)
        .get("/usage/export", Access.TENANT_OR_ADMIN_FOR_OTHERS, this::export)
        .get("/usage/events", Access.TENANT_OR_ADMIN_FOR_OTHERS, this::events);
  }

  /** What one session used, as it is shown with the session. */
  public JsonNode ofSession(SessionKey key) {
    UsageFilter filter =
        new UsageFilter(key.tenantId(), key.sessionId(), null, null, null, null, null);
    return UsageView.summary(BY_MODEL, store.sum(filter, BY_MODEL, ZoneOffset.UTC));
  }

  private void summary(Exchange exchange) throws IOException {
    UsageQuery query = UsageQuery.parse(exchange);
    List<UsageDimension> groupBy = query.groupBy().isEmpty() ? BY_MODEL : query.groupBy();
    Instant asOf = store.totalsAsOf();
    ObjectNode view = UsageView.summary(groupBy, store.sum(query.filter(), groupBy, query.zone()));
    view.put("asOf", asOf == null ? null : Json.format(asOf));
    exchange.json(200, view);
  }

  private void export(Exchange exchange) throws IOException {
    UsageQuery query = UsageQuery.parse(exchange);
    ExportFormat format = ExportFormat.parse(exchange.query());
    List<UsageDimension> groupBy = UsageCsv.exportGrouping(query.groupBy());
    List<UsageSum> sums = store.sum(query.filter(), groupBy, query.zone());
    OutputStream out = begin(exchange, format, "usage");
    switch (format) {
      case CSV -> UsageCsv.writeSums(out, groupBy, sums);
      case JSON -> {
        try (JsonGenerator json = Json.mapper().createGenerator(out)) {
          json.writeStartArray();
          for (UsageSum sum : sums) {
            json.writeTree(UsageView.row(groupBy, sum));
          }
          json.writeEndArray();
        }
      }
    }
  }

  private void events(Exchange exchange) throws IOException {
    UsageQuery query = UsageQuery.parse(exchange);
    ExportFormat format = ExportFormat.parse(exchange.query());
    try (Downloads.Slot _ = downloads.begin(exchange.tenant())) {
      OutputStream out = begin(exchange, format, "usage-events");
      switch (format) {
        case CSV -> UsageCsv.writeEvents(out, store, query.filter());
        case JSON -> {
          try (JsonGenerator json = Json.mapper().createGenerator(out)) {
            json.writeStartArray();
            store.forEachEvent(query.filter(), event -> write(json, event));
            json.writeEndArray();
          }
        }
      }
    }
  }

  private static void write(JsonGenerator json, UsageEvent event) {
    try {
      json.writePOJO(event);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static OutputStream begin(Exchange exchange, ExportFormat format, String name)
      throws IOException {
    return switch (format) {
      case CSV -> {
        exchange.header("content-disposition", "attachment; filename=\"" + name + ".csv\"");
        yield exchange.stream(200, UsageCsv.MEDIA_TYPE);
      }
      case JSON -> exchange.stream(200, "application/json");
    };
  }
}
