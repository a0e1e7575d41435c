package dev.parley.ingest.deadletters;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.Access;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.Endpoint;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.ingest.http.Listing;
import dev.parley.ingest.http.RouteTable;
import dev.parley.storage.Page;
import dev.parley.storage.RedriveStore;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Listing dead letters and sending them again, for administrators. */
public final class DeadLetterRoutes implements RouteTable.Group {

  private static final int DEFAULT_LIMIT = 20;
  private static final Duration RETRY_AFTER = Duration.ofSeconds(2);

  private final DeadLetterLog letters;
  private final RedriveStore redrives;
  private final Redrive redrive;

  public DeadLetterRoutes(DeadLetterLog letters, RedriveStore redrives, Redrive redrive) {
    this.letters = letters;
    this.redrives = redrives;
    this.redrive = redrive;
  }

  @Override
  public void addTo(RouteTable table) {
    table
        .get("/admin/dead-letters", Access.ADMIN, whileThere(this::list))
        .get("/admin/dead-letters/{id}", Access.ADMIN, whileThere(this::read))
        .post("/admin/dead-letters/{id}/redrive", Access.ADMIN, whileThere(this::redrive));
  }

  private void list(Exchange exchange) throws IOException, InterruptedException {
    boolean withValue = withValue(exchange);
    int limit = exchange.query().limit(DEFAULT_LIMIT);
    // One more than is shown, to tell whether there is another page.
    List<DeadLetter> found = letters.list(after(exchange), limit + 1);
    boolean more = found.size() > limit;
    List<DeadLetter> shown = more ? found.subList(0, limit) : found;
    Map<String, Instant> sent =
        redrives.redriven(shown.stream().map(letter -> letter.id().toString()).toList());
    String next = more ? shown.getLast().id().toString() : null;
    exchange.json(
        200,
        Listing.body(
            "deadLetters",
            () -> new Page<>(shown, next, null),
            letter -> DeadLetterView.render(letter, sent.get(letter.id().toString()), withValue)));
  }

  private void read(Exchange exchange) throws IOException, InterruptedException {
    boolean withValue = withValue(exchange);
    DeadLetter letter = find(exchange);
    String id = letter.id().toString();
    exchange.json(
        200,
        body(DeadLetterView.render(letter, redrives.redriven(List.of(id)).get(id), withValue)));
  }

  private void redrive(Exchange exchange) throws IOException, InterruptedException {
    DeadLetter letter = find(exchange);
    switch (redrive.redrive(letter)) {
      case Redrive.Result.Sent(Instant at, boolean already) -> {
        if (already) {
          exchange.header("idempotent-replayed", "true");
        }
        exchange.json(200, body(DeadLetterView.render(letter, at, false)));
      }
      case Redrive.Result.UnderWay _ -> throw unavailable("the letter is being sent right now");
      case Redrive.Result.Impossible(String why) ->
          throw ApiException.of(ErrorCode.DEAD_LETTER_NOT_REDRIVABLE, why);
    }
  }

  private DeadLetter find(Exchange exchange) throws InterruptedException {
    LetterId id = LetterId.parse(exchange.pathParam("id"));
    DeadLetter letter = id == null ? null : letters.find(id);
    if (letter == null) {
      throw ApiException.of(ErrorCode.DEAD_LETTER_NOT_FOUND, "there is no such dead letter");
    }
    return letter;
  }

  private static @Nullable LetterId after(Exchange exchange) {
    String cursor = exchange.query().find("cursor", ErrorCode.INVALID_CURSOR);
    LetterId after = cursor == null ? null : LetterId.parse(cursor);
    if (cursor != null && after == null) {
      throw ApiException.at(
          ErrorCode.INVALID_CURSOR, "cursor", "cursor is not one of this listing's");
    }
    return after;
  }

  private static boolean withValue(Exchange exchange) {
    String include = exchange.query().find("include", ErrorCode.INVALID_INCLUDE);
    if (include != null && !include.equals("value")) {
      throw ApiException.at(ErrorCode.INVALID_INCLUDE, "include", "include must be value");
    }
    return include != null;
  }

  private static ObjectNode body(ObjectNode view) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.set("deadLetter", view);
    return body;
  }

  private static Endpoint whileThere(Endpoint endpoint) {
    return exchange -> {
      try {
        endpoint.handle(exchange);
      } catch (DeadLetterLog.UnavailableException e) {
        throw unavailable("the dead letters cannot be reached right now");
      }
    };
  }

  private static ApiException unavailable(String message) {
    return ApiException.retryLater(ErrorCode.UNAVAILABLE, message, RETRY_AFTER);
  }
}
