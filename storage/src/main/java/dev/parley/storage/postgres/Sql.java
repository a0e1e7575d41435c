package dev.parley.storage.postgres;

import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;

/** A piece of a statement with the texts that its parameters are bound to, from left to right. */
record Sql(String text, List<String> parameters) {

  Sql(String text) {
    this(text, List.of());
  }

  Sql plus(String more) {
    return new Sql(text + more, parameters);
  }

  Sql plus(Sql more) {
    return new Sql(text + more.text, List.of()).with(this).with(more);
  }

  /** The text as it is, and the parameters of another piece after its own. */
  Sql with(Sql other) {
    return new Sql(text, Stream.concat(parameters.stream(), other.parameters.stream()).toList());
  }

  void bind(Binder binder) throws SQLException {
    for (String parameter : parameters) {
      binder.text(parameter);
    }
  }
}
