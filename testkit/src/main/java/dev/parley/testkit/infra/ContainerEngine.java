package dev.parley.testkit.infra;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.exception.NotFoundException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.testcontainers.DockerClientFactory;

/** Tells whether the tests could run against containers. Pulls nothing. */
final class ContainerEngine {

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

  private static boolean mayHaveEngine(Map<String, String> environment) {
    String host = environment.get("DOCKER_HOST");
    return (host != null && !host.isBlank())
        || Files.exists(Path.of("/var/run/docker.sock"))
        || Files.exists(Path.of(System.getProperty("user.home"), ".docker", "run", "docker.sock"));
  }
}
