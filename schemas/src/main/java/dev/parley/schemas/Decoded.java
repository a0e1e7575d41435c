package dev.parley.schemas;

/** What came of reading a record. A caller must say what it does with each case. */
public sealed interface Decoded<T> {

  /** It was read. */
  record Value<T>(T value) implements Decoded<T> {}

  /** It was written by a newer release, whose version this one does not know. */
  record Newer<T>(int version) implements Decoded<T> {}

  /**
   * It cannot be read by any release.
   *
   * @param reason where and why, without any of the content
   */
  record Undecodable<T>(String reason) implements Decoded<T> {}
}
