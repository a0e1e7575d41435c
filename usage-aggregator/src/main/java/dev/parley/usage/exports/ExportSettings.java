package dev.parley.usage.exports;

import dev.parley.exports.ShelfConfig;
import java.time.Duration;
import java.util.List;

/**
 * @param shelf where the files go
 * @param formats what is made of each day, at least one
 * @param closeAfter how long after midnight UTC a day is closed and its file final
 * @param interval between two looks at what has changed
 * @param lookbackDays how many days back missing files are written and corrections are made
 */
public record ExportSettings(
    ShelfConfig shelf,
    List<ExportFormat> formats,
    Duration closeAfter,
    Duration interval,
    int lookbackDays) {

  public ExportSettings {
    formats = List.copyOf(formats);
  }
}
