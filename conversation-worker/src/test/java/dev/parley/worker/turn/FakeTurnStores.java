package dev.parley.worker.turn;

import dev.parley.schemas.JobId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.Message;
import dev.parley.storage.Conversation;
import dev.parley.storage.Job;
import dev.parley.storage.NewSession;
import dev.parley.storage.RefusedException;
import dev.parley.storage.Session;
import dev.parley.storage.SessionStore.Missing;
import dev.parley.storage.SessionTotals;
import dev.parley.storage.StoreUnavailableException;
import dev.parley.storage.TurnWriter.CommitResult;
import dev.parley.storage.TurnWriter.TurnEnd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Stores in memory that can be told to be away, to fence, and to lose a session. */
final class FakeTurnStores implements TurnStores {

  final Map<SessionKey, Conversation> conversations = new HashMap<>();
  final List<TurnEnd> committed = new ArrayList<>();
  final List<UsageEvent> ledger = new ArrayList<>();
  final Set<JobId> cancelled = new HashSet<>();
  boolean away;
  boolean sessionGone;

  /** Everything that it says yes to is refused. */
  Predicate<TurnEnd> refuses = end -> false;

  @Nullable Job fencedBy;
  @Nullable TurnEnd halfWritten;

  @Override
  public Loaded load(SessionKey key, JobId jobId) {
    if (away) {
      throw new StoreUnavailableException("fake", new IllegalStateException("away"));
    }
    if (cancelled.contains(jobId)) {
      return new Loaded.Cancelled();
    }
    Conversation found = conversations.get(key);
    return found == null ? new Loaded.NoSession() : new Loaded.Found(found);
  }

  @Override
  public List<Message> messages(SessionKey key, long fromPosition, int limit) {
    return conversations.get(key).recent().stream().skip(fromPosition).limit(limit).toList();
  }

  @Override
  public void createIfAbsent(Missing missing) {
    createIfAbsent(missing.empty());
  }

  void createIfAbsent(NewSession session) {
    conversations.putIfAbsent(
        session.key(),
        new Conversation(
            new Session(
                session.key(),
                7,
                session.createdAt(),
                session.createdAt(),
                0,
                null,
                session.model(),
                session.provider(),
                null,
                null,
                null,
                SessionTotals.ZERO),
            List.of()));
  }

  @Override
  public @Nullable TurnEnd recover(JobId jobId) {
    return halfWritten;
  }

  @Override
  public CommitResult commit(TurnEnd end) {
    if (refuses.test(end)) {
      throw new RefusedException("fake refuses", null);
    }
    if (fencedBy != null) {
      return new CommitResult.Fenced(fencedBy);
    }
    if (sessionGone && !end.messages().isEmpty()) {
      return new CommitResult.SessionGone();
    }
    committed.add(end);
    ledger.addAll(end.usage());
    return new CommitResult.Committed(null);
  }

  @Override
  public void record(List<UsageEvent> usage) {
    ledger.addAll(usage);
  }

  @Override
  public List<UsageEvent> usageOf(JobId jobId) {
    return ledger.stream().filter(event -> event.jobId().equals(jobId)).toList();
  }
}
