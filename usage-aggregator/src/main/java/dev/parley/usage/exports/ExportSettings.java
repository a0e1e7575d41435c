package dev.parley.usage.exports;

import java.nio.file.Path;
import java.time.Duration;

/**
 * @param directory where the files are, a directory per tenant
 * @param closeAfter how long after midnight UTC a day is closed and its file final
 * @param interval between two looks at what has changed
 * @param lookbackDays how many days back missing files are written and corrections are made
 */
public record ExportSettings(
    Path directory, Duration closeAfter, Duration interval, int lookbackDays) {}
