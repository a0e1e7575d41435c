package dev.parley.pricing;

import java.time.LocalDate;
import java.util.List;

/**
 * How many tokens models take in and give out together.
 *
 * @param models names; one that ends in {@code *} stands for all that begin so
 * @param source where this was read
 * @param checked when it was last compared with the source
 */
public record ContextWindow(List<String> models, long tokens, String source, LocalDate checked) {

  public ContextWindow {
    models = List.copyOf(models);
    if (models.isEmpty()) {
      throw new IllegalArgumentException("models must name at least one");
    }
    for (String model : models) {
      int star = model.indexOf('*');
      if (model.isBlank() || (star >= 0 && star < model.length() - 1)) {
        throw new IllegalArgumentException(
            "models must be names, with * at the end only: '" + model + "'");
      }
    }
    if (tokens < 1) {
      throw new IllegalArgumentException("tokens must be at least 1");
    }
  }
}
