package dev.parley.endtoend.rig;

/** What a client does about a message besides sending it. */
public enum Whim {
  NONE,

  /** Cancels it soon after it was accepted. */
  CANCEL,

  /** Lets it expire after a second. */
  EXPIRE,

  /** Has the session compacted behind it. */
  COMPACT,

  /** Makes another session of the first turn of this one. */
  FORK,

  /** Deletes the session; the next message makes it again. */
  DELETE
}
