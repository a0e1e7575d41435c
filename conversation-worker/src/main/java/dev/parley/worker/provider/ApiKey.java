package dev.parley.worker.provider;

/** A secret that never prints itself. */
public record ApiKey(String secret) {

  public ApiKey {
    if (secret.isBlank()) {
      throw new IllegalArgumentException("an API key must not be blank");
    }
    for (int i = 0; i < secret.length(); i++) {
      if (secret.charAt(i) <= ' ' || secret.charAt(i) > '~') {
        throw new IllegalArgumentException("an API key must be printable ASCII without spaces");
      }
    }
  }

  @Override
  public String toString() {
    return "ApiKey[redacted]";
  }
}
