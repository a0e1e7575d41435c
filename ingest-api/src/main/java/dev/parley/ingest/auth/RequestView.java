package dev.parley.ingest.auth;

import org.jspecify.annotations.Nullable;

/** What an {@link Authenticator} may see of a request. */
public interface RequestView {

  String method();

  /** As it was sent, not decoded. */
  String path();

  /** The first header of that name, in any case. */
  @Nullable String header(String name);

  /** A header that may stand several times, as one list with commas; empty when it is not there. */
  String headerList(String name);
}
