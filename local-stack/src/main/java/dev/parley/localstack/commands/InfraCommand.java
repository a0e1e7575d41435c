package dev.parley.localstack.commands;

import dev.parley.localstack.infra.LocalStack;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Starts the infrastructure and the simulator for services that run as processes of their own. */
@Command(
    name = "infra",
    description =
        "Start Kafka, PostgreSQL, Redis and the provider simulator only; the services then run as you like.")
final class InfraCommand implements Callable<Integer> {

  @Mixin private final StackOptions options = new StackOptions();

  @Override
  public Integer call() throws InterruptedException {
    LocalStack stack = options.stack(LocalStack.Services.none());
    Foreground.run(stack, () -> System.out.print(text(stack.environment())));
    return 0;
  }

  private String text(Map<String, String> environment) {
    var text = new StringBuilder("\nInfrastructure is up. In other terminals:\n\n");
    environment.forEach((name, value) -> text.append("  export %s=%s%n".formatted(name, value)));
    return text.append(
            """

              ./parley ingest-api      # the HTTP API, once
              ./parley worker          # as many as you like; kill -9 one and watch the others take over
              ./parley aggregator      # usage totals and CSV files

            """)
        .append(options.fateOfData())
        .append(" Ctrl-C stops.\n")
        .toString();
  }
}
