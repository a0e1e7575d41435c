package dev.parley.ingest.tenants;

import dev.parley.schemas.Identifiers;
import dev.parley.schemas.TenantId;
import dev.parley.storage.secrets.ProviderKeyVault;
import dev.parley.storage.secrets.SealedSecretException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tenants' provider keys from the command line. A key is read from standard input alone. */
public final class ProviderKeysCommand {

  /** How it is called. */
  public static final String USAGE =
      "usage: provider-keys list [TENANT] | set TENANT PROVIDER (the key on standard input)"
          + " | delete TENANT PROVIDER | rotate";

  private static final int FAILED = 1;
  private static final int USAGE_ERROR = 2;

  private final ProviderKeyVault vault;
  private final BufferedReader in;
  private final PrintStream out;
  private final PrintStream err;

  public ProviderKeysCommand(
      ProviderKeyVault vault, BufferedReader in, PrintStream out, PrintStream err) {
    this.vault = vault;
    this.in = in;
    this.out = out;
    this.err = err;
  }

  /** Whether these words make sense, as far as can be seen without doing anything. */
  public static boolean understands(List<String> words) {
    boolean valid = words.stream().skip(1).allMatch(Identifiers::isValid);
    return valid
        && switch (words.isEmpty() ? "" : words.getFirst()) {
          case "list" -> words.size() <= 2;
          case "set", "delete" -> words.size() == 3;
          case "rotate" -> words.size() == 1;
          default -> false;
        };
  }

  /** Returns the exit code. */
  public int run(List<String> words) {
    if (!understands(words)) {
      err.println(USAGE);
      return USAGE_ERROR;
    }
    try {
      return switch (words.getFirst()) {
        case "list" -> list(words.size() == 1 ? null : new TenantId(words.get(1)));
        case "set" -> set(new TenantId(words.get(1)), words.get(2));
        case "delete" -> delete(new TenantId(words.get(1)), words.get(2));
        default -> rotate();
      };
    } catch (SealedSecretException | IOException e) {
      err.println("parley: " + e.getMessage());
      return FAILED;
    }
  }

  private int list(@Nullable TenantId tenant) {
    vault
        .list(tenant)
        .forEach(key ->
            out.printf(
                "%s %s master key %s, set %s%n",
                key.tenantId().value(), key.provider(), key.masterKeyId(), key.updatedAt()));
    return 0;
  }

  private int set(TenantId tenant, String provider) throws SealedSecretException, IOException {
    String line = in.readLine();
    String key = line == null ? "" : line.strip();
    String fault = ProviderKeyRoutes.fault(key);
    if (fault != null) {
      err.println("parley: the key on standard input " + fault);
      return USAGE_ERROR;
    }
    vault.put(tenant, provider, key);
    out.println("set " + tenant.value() + " " + provider);
    return 0;
  }

  private int delete(TenantId tenant, String provider) {
    if (!vault.delete(tenant, provider)) {
      err.println("parley: there is no such key");
      return FAILED;
    }
    out.println("deleted " + tenant.value() + " " + provider);
    return 0;
  }

  private int rotate() throws SealedSecretException {
    out.println("sealed anew: " + vault.rotate());
    return 0;
  }
}
