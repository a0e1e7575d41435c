package dev.parley.exports;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import java.net.URLDecoder;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Verifies Signature Version 4 as the S3 documentation describes it, of header and body. */
record Signature(String keyId, String secret) {

  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          "AWS4-HMAC-SHA256 Credential=([^/]+)/((\\d{8})/([^/]+)/s3/aws4_request),"
              + " ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})");

  private static final String UNSIGNED = "UNSIGNED-PAYLOAD";

  boolean isValid(HttpExchange exchange, byte[] body) {
    String header = exchange.getRequestHeaders().getFirst("Authorization");
    Matcher parts = AUTHORIZATION.matcher(header == null ? "" : header);
    String bodyHash = exchange.getRequestHeaders().getFirst("x-amz-content-sha256");
    boolean sameBody = UNSIGNED.equals(bodyHash) || sha256(body).equals(bodyHash);
    if (!parts.matches() || !parts.group(1).equals(keyId) || !sameBody) {
      return false;
    }
    String canonical =
        String.join(
            "\n",
            exchange.getRequestMethod(),
            exchange.getRequestURI().getRawPath(),
            canonicalQuery(exchange),
            headers(exchange, parts.group(5)),
            parts.group(5),
            bodyHash);
    String toSign =
        String.join(
            "\n",
            "AWS4-HMAC-SHA256",
            exchange.getRequestHeaders().getFirst("x-amz-date"),
            parts.group(2),
            sha256(canonical.getBytes(UTF_8)));
    byte[] key = ("AWS4" + secret).getBytes(UTF_8);
    for (String step : new String[] {parts.group(3), parts.group(4), "s3", "aws4_request"}) {
      key = hmac(key, step);
    }
    return HexFormat.of().formatHex(hmac(key, toSign)).equals(parts.group(6));
  }

  static Map<String, String> query(HttpExchange exchange) {
    Map<String, String> query = new TreeMap<>();
    String raw = exchange.getRequestURI().getRawQuery();
    for (String pair : raw == null ? new String[0] : raw.split("&")) {
      String[] sides = pair.split("=", 2);
      query.put(
          URLDecoder.decode(sides[0], UTF_8),
          sides.length == 1 ? "" : URLDecoder.decode(sides[1], UTF_8));
    }
    return query;
  }

  private static String canonicalQuery(HttpExchange exchange) {
    String raw = exchange.getRequestURI().getRawQuery();
    return raw == null
        ? ""
        : Arrays.stream(raw.split("&"))
            .map(pair -> pair.contains("=") ? pair : pair + "=")
            .sorted()
            .collect(Collectors.joining("&"));
  }

  private static String headers(HttpExchange exchange, String names) {
    return Arrays.stream(names.split(";"))
        .map(name ->
            name
                + ":"
                + exchange.getRequestHeaders().getOrDefault(name, java.util.List.of("")).stream()
                    .map(String::strip)
                    .collect(Collectors.joining(","))
                + "\n")
        .collect(Collectors.joining());
  }

  static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(text.getBytes(UTF_8));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
