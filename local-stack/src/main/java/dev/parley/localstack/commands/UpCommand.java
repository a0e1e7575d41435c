package dev.parley.localstack.commands;

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
      description = "The HTTP API (default: HTTP_PORT, else 8080)")
  private int port;

  @Mixin private final StackOptions options = new StackOptions();

  @Override
  public Integer call() throws InterruptedException {
    long begin = System.nanoTime();
    StackServices services = new StackServices(port, options.dataDirectory, System.getenv());
    services.check();
    LocalStack stack = options.stack(services);
    Foreground.run(
        stack, () -> System.out.print(text(services, (System.nanoTime() - begin) / 1_000_000)));
    return 0;
  }

  private String text(StackServices services, long millis) {
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
            port,
            services.key(),
            DevelopmentKey.TENANT,
            services.realProvider()
                ? "as configured by the environment"
                : "simulated, costs nothing",
            services.key(),
            port,
            options.fateOfData());
  }
}
