package dev.parley.ingest.testing;

import dev.parley.ingest.deadletters.DeadLetter;
import dev.parley.ingest.deadletters.DeadLetterLog;
import dev.parley.ingest.deadletters.LetterId;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Dead letters in a map, that can be told to be away. */
public final class FakeDeadLetters implements DeadLetterLog {

  public final ConcurrentSkipListMap<LetterId, DeadLetter> letters = new ConcurrentSkipListMap<>();
  public final List<DeadLetter> sentAgain = new CopyOnWriteArrayList<>();
  public volatile boolean away;
  public volatile boolean gone;

  @Override
  public List<DeadLetter> list(@Nullable LetterId after, int limit) {
    reach();
    return letters.values().stream()
        .filter(letter -> after == null || letter.id().compareTo(after) > 0)
        .limit(limit)
        .toList();
  }

  @Override
  public @Nullable DeadLetter find(LetterId id) {
    reach();
    return letters.get(id);
  }

  @Override
  public void sendAgain(DeadLetter letter) {
    reach();
    if (gone) {
      throw new GoneException("the record is not in its topic any more");
    }
    sentAgain.add(letter);
  }

  private void reach() {
    if (away) {
      throw new UnavailableException("told to be away", null);
    }
  }
}
