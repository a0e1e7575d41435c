package dev.parley.worker.turn;

/**
 * Tokens estimated from text: 3.5 UTF-16 units each, rounded up, which is near what the tokenizers
 * of the large providers need for English prose. Only for bounds and for bills that the provider
 * did not write; what comes of it is always marked as estimated.
 */
final class TokenEstimate {

  private TokenEstimate() {}

  static long ofCharacters(long characters) {
    return Math.ceilDiv(characters * 2, 7);
  }
}
