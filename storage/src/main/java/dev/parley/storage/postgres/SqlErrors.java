package dev.parley.storage.postgres;

import dev.parley.storage.RefusedException;
import dev.parley.storage.StoreUnavailableException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;

/** What an SQL exception means to a caller. */
final class SqlErrors {

  static final String SERIALIZATION_FAILURE = "40001";
  private static final String DEADLOCK = "40P01";
  private static final String READ_ONLY = "25006";

  private SqlErrors() {}

  /** The same transaction may succeed when it is run again. */
  static boolean isRetryable(SQLException e) {
    String state = state(e);
    return state.equals(SERIALIZATION_FAILURE) || state.equals(DEADLOCK);
  }

  /** The server, the way to it, or a free connection is missing. */
  static boolean isAway(SQLException e) {
    String state = state(e);
    return e instanceof SQLTransientConnectionException
        || state.startsWith("08")
        || state.startsWith("57P0")
        // out of connections, memory or disk
        || state.startsWith("53")
        // its disk fails: no value is at fault, and there is no use in giving up one after the
        // other
        || state.startsWith("58")
        // a standby that has not been promoted yet
        || state.equals(READ_ONLY)
        || isInterruptedAcquisition(e);
  }

  /** Starting again cannot help: wrong password, no such role, no such database. */
  static boolean isFatalAtStart(SQLException e) {
    String state = state(e);
    return state.startsWith("28") || state.equals("3D000") || state.equals("42501");
  }

  /** What {@link #isFatalAtStart} means, for whoever wrote the URL. */
  static String whyFatalAtStart(SQLException e) {
    String state = state(e);
    String why =
        switch (state) {
          case "28P01" -> "wrong user or password";
          case "3D000" -> "there is no such database";
          case "42501" -> "the user may not connect";
          default -> "the user is not admitted";
        };
    return "DATABASE_URL: PostgreSQL does not let us in, %s (SQLSTATE %s)".formatted(why, state);
  }

  static RuntimeException translate(SQLException e) {
    if (isAway(e) || isRetryable(e)) {
      return new StoreUnavailableException("PostgreSQL", e);
    }
    String state = state(e);
    // bad data, broken constraints, exceeded limits
    if (state.startsWith("22") || state.startsWith("23") || state.startsWith("54")) {
      return new RefusedException("PostgreSQL refuses the value (SQLSTATE " + state + ")", e);
    }
    return new IllegalStateException("PostgreSQL reports SQLSTATE " + state, e);
  }

  /** The pool tells an interruption by an exception without a state. */
  private static boolean isInterruptedAcquisition(SQLException e) {
    return e.getCause() instanceof InterruptedException;
  }

  private static String state(SQLException e) {
    String state = e.getSQLState();
    return state == null ? "" : state;
  }
}
