package dev.parley.localstack.commands;

import dev.parley.infra.InfrastructureException;
import dev.parley.runtime.ConfigException;
import dev.parley.storage.NoEntryException;
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
      AdminCommand.Export.class,
      AdminCommand.Reprice.class,
      AdminCommand.Reconcile.class,
      AdminCommand.Keys.class,
      AdminCommand.ProviderKeys.class,
      AdminCommand.DeadLetters.class,
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
          int code =
              switch (exception) {
                case ConfigException _ -> CommandLine.ExitCode.USAGE;
                case InfrastructureException _ -> CommandLine.ExitCode.SOFTWARE;
                case NoEntryException _ -> CommandLine.ExitCode.SOFTWARE;
                default -> throw exception;
              };
          PrintWriter errors = commandLine.getErr();
          errors.println("parley: " + exception.getMessage());
          errors.flush();
          return code;
        };
    return new CommandLine(new ParleyCommand())
        .setExecutionExceptionHandler(expected)
        .execute(args);
  }
}
