package dev.parley.pricing;

/** The kinds of tokens that have a price each. */
public enum TokenClass {
  INPUT,
  CACHED_READ,
  CACHE_WRITE_5M,
  CACHE_WRITE_1H,
  OUTPUT
}
