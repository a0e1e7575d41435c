package dev.parley.storage.postgres;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.parley.storage.json.StoredJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** Reads single columns. */
final class Columns {

  private Columns() {}

  static Instant time(ResultSet row, String column) throws SQLException {
    Instant value = nullableTime(row, column);
    if (value == null) {
      throw new IllegalStateException("column " + column + " is null");
    }
    return value;
  }

  static Instant time(ResultSet row, int column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  static @Nullable Instant nullableTime(ResultSet row, String column) throws SQLException {
    OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
    return value == null ? null : value.toInstant();
  }

  static @Nullable Integer nullableInteger(ResultSet row, String column) throws SQLException {
    int value = row.getInt(column);
    return row.wasNull() ? null : value;
  }

  static @Nullable Boolean nullableBoolean(ResultSet row, String column) throws SQLException {
    boolean value = row.getBoolean(column);
    return row.wasNull() ? null : value;
  }

  static @Nullable ObjectNode metadata(ResultSet row, String column) throws SQLException {
    return StoredJson.readNullable(row.getString(column), ObjectNode.class);
  }
}
