package dev.parley.storage.postgres;

import dev.parley.storage.NoEntryException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The role that connections of {@link DatabaseConfig.Scope#TENANT} take when the user they log in
 * as passes row-level security: superusers do, as those that container images make by default, and
 * roles with BYPASSRLS. Other users stay who they are; the forced policies hold for them.
 */
final class TenantRole {

  /** For each new connection. */
  static final String TAKE = "set role parley_tenant";

  private static final String PASSES =
      "select rolsuper or rolbypassrls from pg_roles where rolname = current_user";

  /** Roles belong to the whole server: services of another database may make it meanwhile. */
  private static final String MAKE =
      """
      do $$
      begin
        if not exists (select from pg_roles where rolname = 'parley_tenant') then
          create role parley_tenant nologin nosuperuser nobypassrls;
        end if;
      exception when duplicate_object or unique_violation then
        null;
      end $$;
      grant parley_tenant to current_user;
      do $$
      begin
        execute format('grant usage on schema %1$I to parley_tenant', current_schema());
        execute format(
          'grant select, insert, update, delete on all tables in schema %1$I to parley_tenant',
          current_schema());
      end $$
      """;

  private TenantRole() {}

  /**
   * Makes the role where it is needed, and gives it the tables that are there now: after migration,
   * and by one service of a database at a time.
   *
   * @return whether connections have to {@link #TAKE} it
   * @throws NoEntryException when it is needed and the user may not make it
   */
  static boolean prepare(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (!passes(statement)) {
        return false;
      }
      statement.execute(MAKE);
      return true;
    } catch (SQLException e) {
      if (SqlErrors.isFatalAtStart(e)) {
        throw new NoEntryException(
            "PostgreSQL's user passes row-level security and may not make the role parley_tenant:"
                + " use a user without BYPASSRLS",
            e);
      }
      throw e;
    }
  }

  private static boolean passes(Statement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery(PASSES)) {
      return rows.next() && rows.getBoolean(1);
    }
  }
}
