package dev.parley.ingest.docs;

import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.RouteTable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The description of the API, and a page to read it with that needs no other host. That the
 * description tells of all routes and of no others is seen to by a test.
 */
public final class ApiDocs implements RouteTable.Group {

  private static final String POLICY =
      "default-src 'none'; connect-src 'self'; style-src 'unsafe-inline';"
          + " script-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'";

  @Override
  public void addTo(RouteTable table) {
    table
        .get("/openapi.json", Access.OPEN, exchange -> send(exchange, "openapi.json"))
        .get("/docs", Access.OPEN, this::page);
  }

  private void page(Exchange exchange) throws IOException {
    exchange.header("content-security-policy", POLICY).header("x-content-type-options", "nosniff");
    send(exchange, "docs.html");
  }

  private static void send(Exchange exchange, String resource) throws IOException {
    try (InputStream in = ApiDocs.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new FileNotFoundException(resource);
      }
      exchange.bytes(
          200,
          resource.endsWith(".json") ? "application/json" : "text/html; charset=utf-8",
          in.readAllBytes());
    }
  }
}
