package dev.parley.infra;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs commands as somebody who is not root.
 *
 * <p>PostgreSQL refuses to run as root, and containers often have no other user. A user namespace
 * is the best way, because the files stay root's own; where namespaces are forbidden, as in most
 * containers, the user {@code nobody} takes its place and is given the files.
 */
sealed interface UnprivilegedUser {

  /** The JVM's own user will do. */
  record Same() implements UnprivilegedUser {}

  /** Root without its rights: still the owner of its files. */
  record Namespace(List<String> prefix) implements UnprivilegedUser {}

  /** Another user, who must own what it writes. */
  record Other(List<String> prefix, int uid) implements UnprivilegedUser {}

  List<String> UNSHARE = List.of("unshare", "-U");

  /**
   * Ways to become nobody, each replacing itself by the command, so that the process id stays the
   * same.
   */
  List<List<String>> NOBODY =
      List.of(
          List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
          List.of("su", "-s", "/bin/sh", "nobody", "-c", "exec \"$0\" \"$@\"", "--"));

  static boolean isRoot() {
    return new UnixSystem().getUid() == 0;
  }

  static UnprivilegedUser find() {
    if (!isRoot()) {
      return new Same();
    }
    if (uidThrough(UNSHARE).isPresent()) {
      return new Namespace(UNSHARE);
    }
    for (List<String> prefix : NOBODY) {
      Optional<Integer> uid = uidThrough(prefix);
      if (uid.isPresent()) {
        return new Other(prefix, uid.get());
      }
    }
    throw new InfrastructureException(
        "PostgreSQL does not run as root, and neither unshare, setpriv nor su can change the user here:"
            + " start as another user");
  }

  /** The command as this user runs it. */
  default List<String> command(List<String> command) {
    List<String> prefix =
        switch (this) {
          case Same same -> List.of();
          case Namespace namespace -> namespace.prefix();
          case Other other -> other.prefix();
        };
    return Stream.concat(prefix.stream(), command.stream()).toList();
  }

  /**
   * Makes this user the owner of the directory and all that is in it; an earlier run may have had
   * another.
   */
  default void own(Path directory) {
    int uid =
        switch (this) {
          case Same same -> -1;
          case Namespace namespace -> 0;
          case Other other -> other.uid();
        };
    try {
      if (uid < 0 || Files.getAttribute(directory, "unix:uid").equals(uid)) {
        return;
      }
      try (Stream<Path> tree = Files.walk(directory)) {
        for (Path path : (Iterable<Path>) tree::iterator) {
          Files.setAttribute(path, "unix:uid", uid, java.nio.file.LinkOption.NOFOLLOW_LINKS);
        }
      }
    } catch (IOException e) {
      throw new InfrastructureException(
          "cannot give %s to the user that PostgreSQL runs as: %s"
              .formatted(directory, e.getMessage()),
          e);
    }
  }

  /**
   * Checks that this user gets as far as the directory.
   *
   * @throws InfrastructureException when a directory above is closed to it
   */
  default void requireAccess(Path directory) {
    var test =
        new ArrayList<>(
            command(List.of("sh", "-c", "cd \"$1\" && test -w .", "sh", directory.toString())));
    if (run(test).isEmpty()) {
      throw new InfrastructureException(
          "PostgreSQL does not run as root, and the user it runs as cannot reach %s: choose another directory with"
                  .formatted(directory)
              + " --data-dir, or start as another user");
    }
  }

  private static Optional<Integer> uidThrough(List<String> prefix) {
    // initdb also wants the user to have a name
    return run(Stream.concat(prefix.stream(), Stream.of("sh", "-c", "id -un >/dev/null && id -u"))
            .toList())
        .map(String::strip)
        .filter(uid -> uid.matches("[0-9]{1,9}"))
        .map(Integer::valueOf)
        .filter(uid -> uid != 0);
  }

  /** What the command printed; empty when it failed. */
  private static Optional<String> run(List<String> command) {
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(new java.io.File("/"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.waitFor() == 0 ? Optional.of(output) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
