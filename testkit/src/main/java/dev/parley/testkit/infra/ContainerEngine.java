package dev.parley.testkit.infra;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;

/** Tells whether the tests could run against containers. Pulls nothing. */
final class ContainerEngine {

  static final String LOCAL = "127.0.0.1";

  private static final String HOST_OVERRIDE = "TESTCONTAINERS_HOST_OVERRIDE";
  private static final String RYUK_DISABLED = "TESTCONTAINERS_RYUK_DISABLED";

  private ContainerEngine() {}

  /** What is in the way of using containers; null for nothing. */
  static @Nullable String obstacle(Map<String, String> environment) {
    // asked first, for Testcontainers is loud about an engine that is not there
    if (!mayHaveEngine(environment)) {
      return "there is no container engine";
    }
    if (!Boolean.parseBoolean(environment.get(RYUK_DISABLED))) {
      return "the helper that Testcontainers would pull is not switched off (%s=true)"
          .formatted(RYUK_DISABLED);
    }
    if (Files.exists(Path.of("/.dockerenv")) && override(environment).isEmpty()) {
      return "inside a container Testcontainers must be told where ports are reached (%s)"
          .formatted(HOST_OVERRIDE);
    }
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      return "the container engine does not answer";
    }
    DockerClient client = DockerClientFactory.instance().client();
    for (String image : Images.ALL) {
      try {
        client.inspectImageCmd(image).exec();
      } catch (NotFoundException e) {
        return "the image " + image + " is not there";
      }
    }
    return null;
  }

  /** Where the ports of containers are reached. */
  static String host(Map<String, String> environment) {
    String override = override(environment);
    if (!override.isEmpty()) {
      return override;
    }
    String engine = environment.getOrDefault("DOCKER_HOST", "");
    String named = engine.startsWith("tcp:") ? URI.create(engine).getHost() : null;
    return named == null || named.equals("localhost") ? LOCAL : named;
  }

  private static String override(Map<String, String> environment) {
    return environment.getOrDefault(HOST_OVERRIDE, "").strip();
  }

  private static boolean mayHaveEngine(Map<String, String> environment) {
    String host = environment.get("DOCKER_HOST");
    return (host != null && !host.isBlank())
        || Files.exists(Path.of("/var/run/docker.sock"))
        || Files.exists(Path.of(System.getProperty("user.home"), ".docker", "run", "docker.sock"));
  }
}
