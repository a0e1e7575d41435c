package dev.parley.ingest.usage;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.RouteTable;
import dev.parley.schemas.TenantId;
import dev.parley.usage.csv.UsageCsv;
import java.io.IOException;
import java.io.InputStream;

/** The batch exports that the aggregator wrote, to be listed and fetched. */
public final class ExportRoutes implements RouteTable.Group {

  private final ExportFiles files;

  public ExportRoutes(ExportFiles files) {
    this.files = files;
  }

  @Override
  public void addTo(RouteTable table) {
    table
        .get("/usage/exports", Access.TENANT_OR_ADMIN_FOR_OTHERS, this::list)
        .get("/usage/exports/{name}", Access.TENANT_OR_ADMIN_FOR_OTHERS, this::fetch);
  }

  private void list(Exchange exchange) throws IOException {
    TenantId tenant = UsageQuery.tenant(exchange, exchange.query());
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    ArrayNode items = body.putObject("exports").putArray("items");
    for (ObjectNode manifest : files.manifests(tenant)) {
      // Its rows one by one stand in the manifest itself.
      manifest.remove("groups");
      items.add(manifest);
    }
    body.put("tenantId", tenant.value());
    exchange.json(200, body);
  }

  private void fetch(Exchange exchange) throws IOException {
    TenantId tenant = UsageQuery.tenant(exchange, exchange.query());
    String name = exchange.pathParam("name");
    try (InputStream in = files.find(tenant, name)) {
      if (in == null) {
        throw notFound();
      }
      exchange.header("content-disposition", "attachment; filename=\"" + name + "\"");
      in.transferTo(
          exchange.stream(200, ExportFiles.isCsv(name) ? UsageCsv.MEDIA_TYPE : "application/json"));
    }
  }

  private static ApiException notFound() {
    return ApiException.of(ErrorCode.EXPORT_NOT_FOUND, "there is no such export");
  }
}
