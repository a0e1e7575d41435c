package dev.parley.usage.exports;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.parley.exports.ExportShelf;
import dev.parley.schemas.Json;
import dev.parley.schemas.TenantId;
import dev.parley.storage.ExportStore.Told;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the files of a record and puts them in their place:
 *
 * <pre>
 * tenant/2026-01-31.csv                tenant/2026-01-31.manifest.json
 * tenant/2026-01-31.correction-1.csv   tenant/2026-01-31.correction-1.manifest.json
 * tenant/2026-01-31.focus.csv          tenant/2026-01-31.focus.manifest.json
 * </pre>
 *
 * <p>The manifest comes after its CSV and is what makes it valid, so a crash between the two leaves
 * something that is written again.
 */
final class ExportFiles {

  private static final Logger log = LoggerFactory.getLogger(ExportFiles.class);

  private final ExportShelf shelf;
  private final List<ExportFormat> formats;

  ExportFiles(ExportShelf shelf, List<ExportFormat> formats) {
    this.shelf = shelf;
    this.formats = formats;
  }

  /** What is noted of a record once its files lie: their formats and their place. */
  String form() {
    return formats.stream().map(ExportFormat::wireName).collect(Collectors.joining(","))
        + " "
        + shelf.place();
  }

  /**
   * @return how many files, manifests not counted
   */
  int write(Told told) {
    try {
      for (ExportFormat format : formats) {
        write(told, format);
      }
      return formats.size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void write(Told told, ExportFormat format) throws IOException {
    DaySummary summary = DaySummary.read(told.summary());
    TenantId tenant = told.tenantId();
    String name = format.name(told);
    byte[] csv = format.render(told, summary);
    Manifest manifest =
        new Manifest(
            format.wireName(),
            tenant.value(),
            told.day().toString(),
            told.correction(),
            told.closed(),
            name + ".csv",
            csv.length,
            sha256(csv),
            format.columns(),
            format.rows(summary),
            summary.total(),
            summary.priceVersions(),
            format == ExportFormat.CSV ? summary.groups() : null);
    shelf.put(tenant, name + ".csv", csv, told.closed());
    shelf.put(tenant, name + ".manifest.json", json(manifest), told.closed());
    log.atInfo()
        .setMessage("export written")
        .addKeyValue("tenant", tenant)
        .addKeyValue("file", manifest.file())
        .addKeyValue("rows", manifest.rows())
        .addKeyValue("closed", told.closed())
        .log();
  }

  private static byte[] json(Manifest manifest) throws JsonProcessingException {
    return Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
