package dev.parley.ingest.messages;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.ingest.http.ApiException;
import dev.parley.ingest.http.ErrorCode;
import dev.parley.ingest.http.Exchange;
import dev.parley.schemas.Json;
import dev.parley.schemas.SessionKey;
import dev.parley.storage.IdempotencyStore.KeyedRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The {@code Idempotency-Key} of a request. */
final class IdempotencyKey {

  static final String HEADER = "Idempotency-Key";

  private static final int MAX_LENGTH = 255;

  private IdempotencyKey() {}

  /** Null when there is none. */
  static @Nullable String of(Exchange exchange) {
    String key = exchange.header(HEADER);
    if (key == null) {
      return null;
    }
    if (key.isEmpty() || key.length() > MAX_LENGTH || !isVisibleAscii(key)) {
      throw ApiException.at(
          ErrorCode.INVALID_REQUEST,
          HEADER,
          HEADER + " must be 1 to " + MAX_LENGTH + " visible ASCII characters without spaces");
    }
    return key;
  }

  private static boolean isVisibleAscii(String key) {
    return key.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  /** The same body to the same session is the same request, however it is spaced. */
  static KeyedRequest request(String key, SessionKey session, ObjectNode body) throws IOException {
    MessageDigest digest = sha256();
    digest.update(session.sessionId().value().getBytes(StandardCharsets.US_ASCII));
    digest.update((byte) 0);
    digest.update(Json.mapper().writeValueAsBytes(body));
    String request = HexFormat.of().formatHex(digest.digest());
    byte[] keyHash = sha256().digest(key.getBytes(StandardCharsets.US_ASCII));
    return new KeyedRequest(session.tenantId(), HexFormat.of().formatHex(keyHash), request);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
