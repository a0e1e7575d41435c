package dev.parley.runtime;

import java.util.List;

/** The configuration cannot be used; the message names every variable at fault and why. */
public final class ConfigException extends RuntimeException {

  public ConfigException(List<String> problems) {
    super(String.join("\n", problems));
  }
}
