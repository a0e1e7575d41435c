package dev.parley.ingest.sessions;

import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Query;

/** Which parts of a session are asked for. */
record Include(boolean messages, boolean usage, boolean cost) {

  private static final Include DEFAULT = new Include(true, false, true);

  static Include parse(Query query) {
    String value = query.find("include", ErrorCode.INVALID_INCLUDE);
    if (value == null) {
      return DEFAULT;
    }
    boolean messages = false;
    boolean usage = false;
    boolean cost = false;
    int begin = 0;
    while (begin <= value.length()) {
      int comma = value.indexOf(',', begin);
      int end = comma < 0 ? value.length() : comma;
      switch (value.substring(begin, end).strip()) {
        case "messages" -> messages = true;
        case "usage" -> usage = true;
        case "cost" -> cost = true;
        default ->
            throw ApiException.at(
                ErrorCode.INVALID_INCLUDE,
                "include",
                "include must be a list of messages, usage and cost");
      }
      begin = end + 1;
    }
    return new Include(messages, usage, cost);
  }
}
