package dev.parley.endtoend.broken;

import java.io.IOException;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.matcher.ElementMatchers;

/** A Java agent that puts one fault into the process it is started with. */
public final class Saboteur {

  private Saboteur() {}

  /**
   * Called by the JVM before main.
   *
   * @param fault the name of a {@link Fault}
   */
  public static void premain(String fault, Instrumentation instrumentation) {
    Fault chosen = Fault.valueOf(fault);
    if (chosen == Fault.NONE) {
      return;
    }
    new AgentBuilder.Default()
        .type(ElementMatchers.named(chosen.type()))
        .transform((builder, type, loader, module, domain) -> {
          System.err.println(chosen + " in " + type.getSimpleName());
          return builder.visit(chosen.breakage());
        })
        .installOn(instrumentation);
  }

  /** Writes the jar that makes this class an agent; the class itself is found on the class path. */
  static Path jar(Path directory) throws IOException {
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .put(new Attributes.Name("Premain-Class"), Saboteur.class.getName());
    Path jar = Files.createDirectories(directory).resolve("saboteur.jar");
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    return jar;
  }
}
