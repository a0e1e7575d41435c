package dev.parley.storage.contract;

import dev.parley.infra.EmbeddedInfrastructure;
import dev.parley.infra.InfrastructureSettings;
import dev.parley.storage.postgres.Database;
import dev.parley.storage.postgres.DatabaseConfig;
import dev.parley.storage.postgres.DatabaseConfig.Scope;
import dev.parley.storage.postgres.DatabaseUrl;

/** The services of all integration tests of this module, started by the first that asks. */
public final class Services {

  private static final class Holder {
    static final EmbeddedInfrastructure INFRASTRUCTURE = start();
    static final Database DATABASE = open();

    private static EmbeddedInfrastructure start() {
      EmbeddedInfrastructure infrastructure =
          new EmbeddedInfrastructure(InfrastructureSettings.throwaway());
      infrastructure.start();
      Runtime.getRuntime().addShutdownHook(new Thread(infrastructure::close));
      return infrastructure;
    }

    private static Database open() {
      Database database = new Database(DatabaseConfig.of(url(), Scope.SERVICE).withPoolSize(8));
      database.start();
      return database;
    }
  }

  private Services() {}

  public static EmbeddedInfrastructure infrastructure() {
    return Holder.INFRASTRUCTURE;
  }

  public static DatabaseUrl url() {
    return DatabaseUrl.parse("DATABASE_URL", infrastructure().databaseUrl());
  }

  /** Sees all tenants. */
  public static Database database() {
    return Holder.DATABASE;
  }
}
