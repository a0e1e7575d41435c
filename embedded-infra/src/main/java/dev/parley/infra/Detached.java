package dev.parley.infra;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Commands in a session of their own, where Ctrl-C in the terminal does not reach them.
 *
 * <p>Otherwise the database would go at the same moment as the services that want to finish their
 * work with it.
 */
final class Detached {

  private Detached() {}

  static List<String> command(List<String> command) {
    var detached = new ArrayList<String>();
    Path setsid = onPath("setsid");
    Path perl = setsid == null ? onPath("perl") : null;
    if (setsid != null) {
      detached.add(setsid.toString());
    } else if (perl != null) {
      // macOS has no setsid, but always a Perl
      detached.addAll(
          List.of(perl.toString(), "-e", "use POSIX; POSIX::setsid(); exec @ARGV or exit 127"));
    }
    detached.addAll(command);
    return detached;
  }

  static @Nullable Path onPath(String program) {
    String path = System.getenv("PATH");
    if (path == null) {
      return null;
    }
    for (String directory : path.split(Pattern.quote(File.pathSeparator), -1)) {
      if (!directory.isEmpty() && Files.isExecutable(Path.of(directory, program))) {
        return Path.of(directory, program);
      }
    }
    return null;
  }
}
