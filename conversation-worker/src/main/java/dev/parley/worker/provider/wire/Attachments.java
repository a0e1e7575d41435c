package dev.parley.worker.provider.wire;

import dev.parley.schemas.chat.Part;
import dev.parley.worker.provider.Failure;
import dev.parley.worker.provider.ProviderException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** What all formats do alike with images and documents. */
final class Attachments {

  private Attachments() {}

  static String dataUrl(String mediaType, String base64) {
    return "data:" + mediaType + ";base64," + base64;
  }

  /**
   * The text of an inline document of type {@code text/*}, which any model can read as such; null
   * for all others.
   */
  static @Nullable String inlineText(Part.Document document) throws ProviderException {
    String data = document.data();
    if (data == null || !document.mediaType().startsWith("text/")) {
      return null;
    }
    try {
      String text = new String(Base64.getMimeDecoder().decode(data), StandardCharsets.UTF_8);
      return document.title() == null ? text : document.title() + "\n\n" + text;
    } catch (IllegalArgumentException e) {
      throw unsupported("document_not_base64");
    }
  }

  static String fileName(Part.Document document) {
    if (document.title() != null) {
      return document.title();
    }
    return document.mediaType().equals("application/pdf") ? "document.pdf" : "document";
  }

  static ProviderException unsupported(String reason) {
    return new ProviderException(new Failure.InvalidRequest(reason), null);
  }
}
