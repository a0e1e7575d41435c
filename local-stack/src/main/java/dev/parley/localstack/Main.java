package dev.parley.localstack;

import dev.parley.localstack.commands.ParleyCommand;

/** What {@code ./parley} runs. */
public final class Main {

  private Main() {}

  public static void main(String[] args) {
    System.exit(ParleyCommand.run(args));
  }
}
