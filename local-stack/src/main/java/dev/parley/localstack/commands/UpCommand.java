package dev.parley.localstack.commands;

import dev.parley.infra.ReservedPort;
import dev.parley.localstack.infra.LocalStack;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Starts everything in this process. */
@Command(
    name = "up",
    description = "Start everything on this machine, in one process, and print how to use it.")
final class UpCommand implements Callable<Integer> {

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "${env:HTTP_PORT:-8080}",
      description = "The HTTP API (default: HTTP_PORT, else 8080; 0: a free one)")
  private int port;

  @Mixin private final StackOptions options = new StackOptions();

  @Override
  public Integer call() throws InterruptedException {
    long begin = System.nanoTime();
    new StackServices(port, options.dataDirectory, System.getenv()).check();
    int apiPort = freePort();
    StackServices services = new StackServices(apiPort, options.dataDirectory, System.getenv());
    LocalStack stack = options.stack(services);
    Foreground.run(
        stack,
        () -> System.out.print(text(services, apiPort, (System.nanoTime() - begin) / 1_000_000)));
    return 0;
  }

  /** A taken port is told at once, and not when all else is up. */
  private int freePort() {
    try (ReservedPort reserved = ReservedPort.reserve("the HTTP API", port, "--port")) {
      return reserved.number();
    }
  }

  private String text(StackServices services, int apiPort, long millis) {
    return """

    Parley is up after %d.%d s.

      base URL   http://127.0.0.1:%d
      key        %s
      tenant     %s
      provider   %s

    Paste this into another terminal:

      KEY=%s
      curl -s http://127.0.0.1:%d/sessions/hello/message \\
        -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' -H 'Prefer: wait=10' \\
        -d '{"createSession":true,"content":"Hello, Parley!"}'

    %s Ctrl-C stops.
    """
        .formatted(
            millis / 1_000,
            millis % 1_000 / 100,
            apiPort,
            services.key(),
            DevelopmentKey.TENANT,
            services.realProvider()
                ? "as configured by the environment"
                : "simulated, costs nothing",
            services.key(),
            apiPort,
            options.fateOfData());
  }
}
