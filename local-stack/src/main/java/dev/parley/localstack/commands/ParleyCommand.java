package dev.parley.localstack.commands;

import dev.parley.infra.InfrastructureException;
import dev.parley.runtime.ConfigException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Option;

/** The top of the command line. */
@Command(
    name = "parley",
    header = "An asynchronous chat pipeline for applications that talk to large language models.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      UpCommand.class,
      InfraCommand.class,
      ServiceCommand.IngestApi.class,
      ServiceCommand.Worker.class,
      ServiceCommand.Aggregator.class,
      ServiceCommand.Export.class,
      ServiceCommand.Reprice.class,
      ServiceCommand.Reconcile.class,
      ServiceCommand.Keys.class,
      ServiceCommand.ProviderKeys.class,
      ServiceCommand.DeadLetters.class,
      PricesCommand.class
    },
    footer = {
      "",
      "./parley test runs every test, ./parley build only builds.",
      "./parley COMMAND --help tells the options of a command."
    })
public final class ParleyCommand {

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = CommandLine.ScopeType.INHERIT,
      description = "This page.")
  @SuppressWarnings("UnusedVariable") // read by the command line's parser
  private boolean help;

  private ParleyCommand() {}

  /**
   * Runs the command and returns the exit code; faults of the user or the machine are one line on
   * standard error.
   */
  public static int run(String... args) {
    IExecutionExceptionHandler expected =
        (exception, commandLine, parsed) -> {
          if (exception instanceof InfrastructureException
              || exception instanceof ConfigException) {
            PrintWriter errors = commandLine.getErr();
            errors.println("parley: " + exception.getMessage());
            errors.flush();
            return CommandLine.ExitCode.SOFTWARE;
          }
          throw exception;
        };
    return new CommandLine(new ParleyCommand())
        .setExecutionExceptionHandler(expected)
        .execute(args);
  }
}
