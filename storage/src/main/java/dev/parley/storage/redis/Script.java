package dev.parley.storage.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * The Lua scripts. They are sent whole each time: Redis compiles each text once, and no restart of
 * it can leave us with a digest that it does not know.
 */
enum Script {
  CREATE(ScriptOutputType.INTEGER),
  APPEND(ScriptOutputType.MULTI),
  COMPACT(ScriptOutputType.MULTI),
  NEWEST(ScriptOutputType.MULTI),
  SNAPSHOT(ScriptOutputType.MULTI),
  FORGET(ScriptOutputType.INTEGER);

  private final ScriptOutputType output;
  private final String text;

  Script(ScriptOutputType output) {
    this.output = output;
    this.text = read(name().toLowerCase(Locale.ROOT) + ".lua");
  }

  <T> RedisFuture<T> run(
      RedisAsyncCommands<String, String> commands, List<String> keys, List<String> arguments) {
    return commands.eval(
        text, output, keys.toArray(String[]::new), arguments.toArray(String[]::new));
  }

  private static String read(String resource) {
    try (InputStream in = Script.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("missing " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
