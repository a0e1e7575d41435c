package dev.parley.localstack.commands;

import dev.parley.infra.InfrastructureException;
import dev.parley.runtime.Component;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where the aggregator keeps its state and its exports: in the data directory, or in a temporary
 * one that goes with the stack.
 */
record AggregatorFiles(Path state, Path exports, @Nullable Path temporary) {

  static AggregatorFiles in(@Nullable Path dataDirectory) {
    if (dataDirectory != null) {
      return new AggregatorFiles(
          dataDirectory.resolve("aggregator"), dataDirectory.resolve("exports"), null);
    }
    try {
      Path temporary = Files.createTempDirectory("parley-aggregator-");
      return new AggregatorFiles(
          temporary.resolve("state"), temporary.resolve("exports"), temporary);
    } catch (IOException e) {
      throw new InfrastructureException("cannot make a temporary directory: " + e.getMessage(), e);
    }
  }

  /** Deletes what is temporary when the stack closes. Comes before the aggregator itself. */
  Component component() {
    return Component.of("aggregator-files", () -> {}, () -> {}, this::deleteTemporary);
  }

  private void deleteTemporary() {
    if (temporary == null) {
      return;
    }
    try (Stream<Path> paths = Files.walk(temporary)) {
      List<Path> deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
      for (Path path : deepestFirst) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + temporary, e);
    }
  }
}
