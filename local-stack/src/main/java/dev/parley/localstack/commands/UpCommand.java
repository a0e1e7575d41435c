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
      description = "The HTTP API (default: ${DEFAULT-VALUE})")
  private int port = 8080;

  @Mixin private final StackOptions options = new StackOptions();

  @Override
  public Integer call() throws InterruptedException {
    LocalStack stack = options.stack(StackServices.all(port));
    Foreground.run(
        stack,
        () ->
            System.out.printf(
                "%nParley is up: http://127.0.0.1:%d%n%s Ctrl-C stops.%n",
                port, options.fateOfData()));
    return 0;
  }
}
