package dev.parley.storage.postgres;

import dev.parley.schemas.Json;
import dev.parley.storage.json.StoredJson;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Binds a statement's parameters from left to right; those of many rows column by column, as
 * arrays, for {@code unnest}.
 */
final class Binder {

  /** A column of a row. */
  @FunctionalInterface
  interface Column<T, V> {
    @Nullable V of(T row);
  }

  private final PreparedStatement statement;
  private int index;

  Binder(PreparedStatement statement) {
    this.statement = statement;
  }

  Binder text(@Nullable String value) throws SQLException {
    statement.setString(++index, value == null ? null : storable(value));
    return this;
  }

  /** JSON text, which needs no care: the writer escapes what PostgreSQL could not hold. */
  Binder json(@Nullable String value) throws SQLException {
    statement.setString(++index, value);
    return this;
  }

  Binder number(long value) throws SQLException {
    statement.setLong(++index, value);
    return this;
  }

  Binder integer(@Nullable Integer value) throws SQLException {
    if (value == null) {
      statement.setNull(++index, Types.INTEGER);
    } else {
      statement.setInt(++index, value);
    }
    return this;
  }

  Binder decimal(@Nullable BigDecimal value) throws SQLException {
    statement.setBigDecimal(++index, value);
    return this;
  }

  Binder bytes(byte[] value) throws SQLException {
    statement.setBytes(++index, value);
    return this;
  }

  Binder time(@Nullable Instant value) throws SQLException {
    statement.setString(++index, value == null ? null : Json.format(value));
    return this;
  }

  <T> Binder texts(Collection<T> rows, Column<T, String> column) throws SQLException {
    String[] values = new String[rows.size()];
    int i = 0;
    for (T row : rows) {
      String value = column.of(row);
      values[i++] = value == null ? null : storable(value);
    }
    return array("text", values);
  }

  <T> Binder jsons(Collection<T> rows, Column<T, Object> column) throws SQLException {
    String[] values = new String[rows.size()];
    int i = 0;
    for (T row : rows) {
      values[i++] = StoredJson.writeNullable(column.of(row));
    }
    return array("text", values);
  }

  <T> Binder times(Collection<T> rows, Column<T, Instant> column) throws SQLException {
    String[] values = new String[rows.size()];
    int i = 0;
    for (T row : rows) {
      Instant value = column.of(row);
      values[i++] = value == null ? null : Json.format(value);
    }
    return array("text", values);
  }

  <T> Binder numbers(Collection<T> rows, Column<T, Long> column) throws SQLException {
    Long[] values = new Long[rows.size()];
    int i = 0;
    for (T row : rows) {
      values[i++] = column.of(row);
    }
    return array("int8", values);
  }

  <T> Binder decimals(Collection<T> rows, Column<T, BigDecimal> column) throws SQLException {
    BigDecimal[] values = new BigDecimal[rows.size()];
    int i = 0;
    for (T row : rows) {
      values[i++] = column.of(row);
    }
    return array("numeric", values);
  }

  <T> Binder booleans(Collection<T> rows, Column<T, Boolean> column) throws SQLException {
    Boolean[] values = new Boolean[rows.size()];
    int i = 0;
    for (T row : rows) {
      values[i++] = column.of(row);
    }
    return array("bool", values);
  }

  private Binder array(String type, @Nullable Object[] values) throws SQLException {
    statement.setArray(++index, statement.getConnection().createArrayOf(type, values));
    return this;
  }

  /**
   * PostgreSQL's text holds neither U+0000 nor halves of surrogate pairs. In names and labels,
   * which is all that goes into text columns, they become U+FFFD.
   */
  static String storable(String text) {
    if (text.indexOf('\0') < 0 && StoredJson.nextLoneSurrogate(text, 0) < 0) {
      return text;
    }
    StringBuilder storable = new StringBuilder(text.replace('\0', '\uFFFD'));
    int lone = StoredJson.nextLoneSurrogate(text, 0);
    while (lone >= 0) {
      storable.setCharAt(lone, '\uFFFD');
      lone = StoredJson.nextLoneSurrogate(text, lone + 1);
    }
    return storable.toString();
  }
}
