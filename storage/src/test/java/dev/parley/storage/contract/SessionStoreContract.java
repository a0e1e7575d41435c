package dev.parley.storage.contract;

import static dev.parley.storage.contract.Samples.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.parley.schemas.CompactionStrategy;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.SessionKey;
import dev.parley.schemas.TenantId;
import dev.parley.schemas.chat.Content;
import dev.parley.schemas.chat.Message;
import dev.parley.schemas.chat.Part;
import dev.parley.schemas.chat.Role;
import dev.parley.storage.Conversation;
import dev.parley.storage.InvalidCursorException;
import dev.parley.storage.NewSession;
import dev.parley.storage.Page;
import dev.parley.storage.Session;
import dev.parley.storage.SessionQuery;
import dev.parley.storage.SessionQuery.Direction;
import dev.parley.storage.SessionStore;
import dev.parley.storage.SessionStore.CreateResult;
import dev.parley.storage.SessionStore.ForkResult;
import dev.parley.storage.SessionStore.Missing;
import dev.parley.storage.SessionTotals;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link SessionStore} does. */
public abstract class SessionStoreContract {

  protected abstract SessionStore store();

  private static NewSession full(SessionKey key) {
    return new NewSession(
        key,
        NOW,
        "be brief",
        List.of(Samples.user("one"), Samples.assistant("two", null)),
        "model-a",
        "provider-a",
        Samples.metadata(),
        8000,
        new BigDecimal("12.50"));
  }

  private Session create(NewSession session) {
    return ((CreateResult.Created) store().create(session)).session();
  }

  private List<String> texts(SessionKey key) {
    return store().messages(key, 0, 100).stream().map(m -> m.content().text()).toList();
  }

  @Test
  void a_created_session_is_found_as_it_was_given() {
    SessionKey key = Samples.session();
    Session created = create(full(key));

    assertThat(store().find(key)).isEqualTo(created);
    assertThat(created.key()).isEqualTo(key);
    assertThat(created.createdAt()).isEqualTo(NOW);
    assertThat(created.updatedAt()).isEqualTo(NOW);
    assertThat(created.messageCount()).isEqualTo(3);
    assertThat(created.system()).isEqualTo("be brief");
    assertThat(created.model()).isEqualTo("model-a");
    assertThat(created.provider()).isEqualTo("provider-a");
    assertThat(created.maxContextTokens()).isEqualTo(8000);
    assertThat(created.budgetUsd()).isEqualTo(new BigDecimal("12.50"));
    assertThat(created.totals()).isEqualTo(SessionTotals.ZERO);
    assertThat(created.metadata()).hasToString(Samples.metadata().toString());
    assertThat(texts(key)).containsExactly("be brief", "one", "two");
  }

  @Test
  void an_empty_session_has_nothing() {
    SessionKey key = Samples.session();
    create(NewSession.empty(key, NOW.plusNanos(999_999)));

    Session found = store().find(key);
    assertThat(found.messageCount()).isZero();
    assertThat(found.createdAt()).isEqualTo(NOW);
    assertThat(found.system()).isNull();
    assertThat(found.metadata()).isNull();
    assertThat(found.budgetUsd()).isNull();
    assertThat(store().messages(key, 0, 10)).isEmpty();
  }

  @Test
  void creating_an_existing_session_changes_nothing() {
    SessionKey key = Samples.session();
    Session first = create(full(key));

    assertThat(store().create(NewSession.empty(key, NOW.plusSeconds(5))))
        .isInstanceOf(CreateResult.AlreadyExists.class);
    assertThat(store().find(key)).isEqualTo(first);
    assertThat(texts(key)).hasSize(3);
  }

  @Test
  void what_was_deleted_is_made_again_only_for_those_who_ask_later() {
    SessionKey deleted = Samples.session();
    SessionKey other = Samples.session(deleted.tenantId());
    create(full(deleted));
    Instant deletedAt = NOW.plusSeconds(10);
    store().delete(deleted, deletedAt, false);

    store()
        .createMissing(
            List.of(
                new Missing(deleted, NOW.plusSeconds(20), NOW.plusSeconds(9)),
                new Missing(deleted, NOW.plusSeconds(20), deletedAt),
                new Missing(other, NOW.plusSeconds(20), NOW)));
    assertThat(store().find(deleted)).isNull();
    assertThat(store().find(other)).isNotNull();

    store()
        .createMissing(List.of(new Missing(deleted, NOW.plusSeconds(20), deletedAt.plusMillis(1))));
    assertThat(store().find(deleted).messageCount()).isZero();

    store().delete(deleted, NOW.plusSeconds(30), false);
    store().createMissing(List.of(new Missing(deleted, NOW.plusSeconds(40), NOW.plusSeconds(25))));
    assertThat(store().find(deleted)).isNull();
  }

  @Test
  void what_is_on_its_way_can_be_deleted_before_it_is_there() {
    SessionKey key = Samples.session();
    Instant deletedAt = NOW.plusSeconds(10);

    assertThat(store().delete(key, deletedAt, false)).isFalse();
    store().createMissing(List.of(new Missing(key, NOW, NOW)));
    assertThat(store().find(key)).as("nothing was deleted").isNotNull();
    assertThat(store().delete(key, deletedAt, false)).isTrue();

    SessionKey coming = Samples.session();
    assertThat(store().delete(coming, deletedAt, true)).isTrue();
    assertThat(store().find(coming)).isNull();
    store().createMissing(List.of(new Missing(coming, NOW.plusSeconds(20), deletedAt)));
    assertThat(store().find(coming)).isNull();

    store()
        .createMissing(List.of(new Missing(coming, NOW.plusSeconds(20), deletedAt.plusMillis(1))));
    assertThat(store().delete(coming, NOW.plusSeconds(30), true)).as("there by now").isTrue();
    assertThat(store().find(coming)).isNull();
  }

  @Test
  void whoever_is_first_what_was_asked_for_before_a_deletion_is_not_there_after_it()
      throws Exception {
    try (ExecutorService others = Executors.newFixedThreadPool(1)) {
      for (int i = 0; i < 100; i++) {
        SessionKey key = Samples.session();
        CyclicBarrier both = new CyclicBarrier(2);
        Future<?> making =
            others.submit(() -> {
              both.await();
              store().createMissing(List.of(new Missing(key, NOW, NOW)));
              return null;
            });
        both.await();
        assertThat(store().delete(key, NOW.plusSeconds(1), true)).isTrue();
        making.get();
        assertThat(store().find(key)).as("round %s", i).isNull();
      }
    }
  }

  @Test
  void a_session_knows_when_an_earlier_one_of_its_id_was_deleted() {
    SessionKey key = Samples.session();
    assertThat(create(full(key)).deletedBefore()).isNull();
    Instant deletedAt = NOW.plusSeconds(10);
    store().delete(key, deletedAt, false);

    assertThat(create(full(key)).deletedBefore()).isEqualTo(deletedAt);
    assertThat(store().find(key).deletedBefore()).isEqualTo(deletedAt);
    assertThat(store().load(List.of(key), 10).get(key).session().deletedBefore())
        .isEqualTo(deletedAt);

    Instant again = NOW.plusSeconds(20);
    store().delete(key, again, false);
    store().createMissing(List.of(new Missing(key, NOW.plusSeconds(30), again.plusMillis(1))));
    assertThat(store().find(key).deletedBefore()).isEqualTo(again);

    SessionKey other = Samples.session(key.tenantId());
    create(full(other));
    store().delete(key, NOW.plusSeconds(40), false);
    assertThat(store().fork(other, key.sessionId(), 1, true, NOW.plusSeconds(50)))
        .isInstanceOfSatisfying(
            ForkResult.Forked.class,
            forked -> assertThat(forked.session().deletedBefore()).isEqualTo(NOW.plusSeconds(40)));
  }

  @Test
  void deletions_are_known_for_as_long_as_a_message_may_wait() {
    SessionKey key = Samples.session();
    store().delete(key, NOW, true);

    store().purgeDeletions(NOW.plus(SessionStore.DELETION_KNOWN));
    store().createMissing(List.of(new Missing(key, NOW, NOW)));
    assertThat(store().find(key)).isNull();
  }

  @Test
  void creating_what_is_missing_leaves_what_is_there_and_takes_a_key_twice() {
    SessionKey there = Samples.session();
    SessionKey missing = Samples.session();
    Session first = create(full(there));

    store()
        .createMissing(
            List.of(
                new Missing(missing, NOW, NOW),
                new Missing(there, NOW.plusSeconds(5), NOW),
                new Missing(missing, NOW, NOW)));
    store().createMissing(List.of());

    assertThat(store().find(there)).isEqualTo(first);
    Session made = store().find(missing);
    assertThat(made.createdAt()).isEqualTo(NOW);
    assertThat(made.updatedAt()).isEqualTo(NOW);
    assertThat(made.messageCount()).isZero();
    assertThat(made.totals()).isEqualTo(SessionTotals.ZERO);
  }

  @Test
  void tenants_do_not_share_session_ids() {
    SessionKey mine = Samples.session();
    SessionKey theirs = new SessionKey(Samples.tenant(), mine.sessionId());
    create(full(mine));

    assertThat(store().find(theirs)).isNull();
    assertThat(store().messages(theirs, 0, 10)).isEmpty();
    assertThat(store().delete(theirs, NOW, false)).isFalse();
    assertThat(store().find(mine)).isNotNull();
  }

  @Test
  void messages_are_read_by_position() {
    SessionKey key = Samples.session();
    List<Message> messages = IntStream.range(0, 10).mapToObj(i -> Samples.user("m" + i)).toList();
    create(new NewSession(key, NOW, null, messages, null, null, null, null, null));

    assertThat(store().messages(key, 3, 4)).isEqualTo(messages.subList(3, 7));
    assertThat(store().messages(key, 8, 4)).isEqualTo(messages.subList(8, 10));
    assertThat(store().messages(key, 10, 4)).isEmpty();
    assertThat(store().messages(key, 99, 4)).isEmpty();
  }

  static Stream<Content> contents() {
    return Stream.of(
        Content.of(""),
        Content.of("null \0 inside"),
        Content.of("lone \ud83d half and \ude00 half"),
        Content.of("emoji \ud83d\ude00 and \u00e4\u4e2d\u2028 \"quotes\" \\ {a,b} NULL"),
        Content.of("x\0\u00e9".repeat(350_000)),
        Content.of(
            List.of(
                new Part.Text("look"),
                new Part.ImageUrl("https://example.org/a.png", null),
                new Part.ToolCall("call-1", "tool", Samples.metadata()),
                new Part.ToolResult(
                    "call-1", "tool", JsonNodeFactory.instance.textNode("\0"), true))));
  }

  @ParameterizedTest
  @MethodSource("contents")
  void contents_come_back_exactly(Content content) {
    SessionKey key = Samples.session();
    Message message = new Message(Role.USER, content, Samples.metadata(), NOW, Samples.job(), true);
    create(
        new NewSession(key, NOW, content.text(), List.of(message), null, null, null, null, null));

    assertThat(store().messages(key, 1, 1).getFirst().equals(message)).isTrue();
    assertThat(store().find(key).system().equals(content.text())).isTrue();
  }

  @Test
  void metadata_keeps_its_digits_and_the_order_of_its_keys() {
    SessionKey key = Samples.session();
    create(full(key));

    assertThat(store().find(key).metadata().toString())
        .isEqualTo("{\"zebra\":\"first\",\"price\":1.10,\"apple\":\"last\"}");
  }

  @Test
  void a_deleted_session_is_gone_and_comes_back_as_another_incarnation() {
    SessionKey key = Samples.session();
    Session first = create(full(key));

    assertThat(store().delete(key, NOW, false)).isTrue();
    assertThat(store().delete(key, NOW, false)).isFalse();
    assertThat(store().find(key)).isNull();
    assertThat(store().messages(key, 0, 10)).isEmpty();
    Session second = create(NewSession.empty(key, NOW));
    assertThat(second.incarnation()).isNotEqualTo(first.incarnation());
    assertThat(store().messages(key, 0, 10)).isEmpty();
  }

  @Test
  void listing_goes_newest_first_through_all_pages_and_back() {
    TenantId tenant = Samples.tenant();
    List<SessionKey> keys = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      SessionKey key = Samples.session(tenant);
      // two and two share a time
      create(NewSession.empty(key, NOW.plusSeconds(i / 2)));
      keys.addFirst(key);
    }
    keys.sort((a, b) -> {
      int byTime = store().find(b).updatedAt().compareTo(store().find(a).updatedAt());
      return byTime != 0 ? byTime : b.sessionId().value().compareTo(a.sessionId().value());
    });

    Page<Session> first = list(tenant, null, 3, Direction.FORWARD);
    Page<Session> second = list(tenant, first.nextCursor(), 3, Direction.FORWARD);
    Page<Session> third = list(tenant, second.nextCursor(), 3, Direction.FORWARD);
    assertThat(keysOf(first)).isEqualTo(keys.subList(0, 3));
    assertThat(keysOf(second)).isEqualTo(keys.subList(3, 6));
    assertThat(keysOf(third)).isEqualTo(keys.subList(6, 7));
    assertThat(third.nextCursor()).isNull();
    assertThat(first.previousCursor()).isNull();

    Page<Session> back = list(tenant, third.previousCursor(), 3, Direction.BACKWARD);
    assertThat(keysOf(back)).isEqualTo(keys.subList(3, 6));
    Page<Session> front = list(tenant, back.nextCursor(), 3, Direction.BACKWARD);
    assertThat(keysOf(front)).isEqualTo(keys.subList(0, 3));
    assertThat(front.nextCursor()).isNull();
    assertThat(keysOf(list(tenant, front.previousCursor(), 3, Direction.FORWARD)))
        .isEqualTo(keys.subList(3, 6));
  }

  @Test
  void a_listing_from_its_end_goes_on_backward_until_its_beginning() {
    TenantId tenant = Samples.tenant();
    for (int i = 0; i < 5; i++) {
      create(NewSession.empty(Samples.session(tenant), NOW.plusSeconds(i / 2)));
    }
    Page<Session> oldest = list(tenant, null, 2, Direction.BACKWARD);
    Page<Session> middle = list(tenant, oldest.nextCursor(), 2, Direction.BACKWARD);
    Page<Session> newest = list(tenant, middle.nextCursor(), 2, Direction.BACKWARD);
    List<SessionKey> all = new ArrayList<>(keysOf(newest));
    all.addAll(keysOf(middle));
    all.addAll(keysOf(oldest));
    assertThat(oldest.previousCursor()).isNull();
    assertThat(newest.nextCursor()).isNull();
    assertThat(all).isEqualTo(keysOf(list(tenant, null, 5, Direction.FORWARD)));
  }

  @Test
  void listing_filters_by_model_and_provider() {
    TenantId tenant = Samples.tenant();
    SessionKey match = Samples.session(tenant);
    create(full(match));
    create(NewSession.empty(Samples.session(tenant), NOW));
    create(full(Samples.session()));

    for (SessionQuery query :
        List.of(
            new SessionQuery(tenant, "model-a", null, null, 10, Direction.FORWARD),
            new SessionQuery(tenant, null, "provider-a", null, 10, Direction.BACKWARD))) {
      assertThat(keysOf(store().list(query))).containsExactly(match);
    }
    assertThat(store().list(new SessionQuery(tenant, "no", null, null, 9, Direction.FORWARD)))
        .isEqualTo(new Page<Session>(List.of(), null, null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "!", "bm8", "ajE6MTI6eA", "czE6eDp5", "czE6OTk5OTk5OTk5OTk5OTk5OTk6eQ"})
  void a_foreign_cursor_is_refused(String cursor) {
    assertThatThrownBy(() -> list(Samples.tenant(), cursor, 3, Direction.FORWARD))
        .isInstanceOf(InvalidCursorException.class);
  }

  private Page<Session> list(TenantId tenant, String cursor, int limit, Direction direction) {
    return store().list(new SessionQuery(tenant, null, null, cursor, limit, direction));
  }

  private static List<SessionKey> keysOf(Page<Session> page) {
    return page.items().stream().map(Session::key).toList();
  }

  @Test
  void a_fork_takes_the_first_messages_along() {
    SessionKey key = Samples.session();
    create(full(key));
    SessionId forkId = new SessionId(key.sessionId().value() + "-fork");
    Instant later = NOW.plusSeconds(60);

    Session fork = ((ForkResult.Forked) store().fork(key, forkId, 2, true, later)).session();
    assertThat(fork.key()).isEqualTo(new SessionKey(key.tenantId(), forkId));
    assertThat(fork.createdAt()).isEqualTo(later);
    assertThat(fork.messageCount()).isEqualTo(2);
    assertThat(fork.system()).isEqualTo("be brief");
    assertThat(fork.model()).isEqualTo("model-a");
    assertThat(fork.budgetUsd()).isEqualTo(new BigDecimal("12.50"));
    assertThat(store().find(fork.key())).isEqualTo(fork);
    assertThat(texts(fork.key())).containsExactly("be brief", "one");
    assertThat(texts(key)).containsExactly("be brief", "one", "two");
  }

  @Test
  void a_fork_of_no_messages_has_no_system_either() {
    SessionKey key = Samples.session();
    create(full(key));
    SessionId forkId = new SessionId(key.sessionId().value() + "-fork");

    Session fork = ((ForkResult.Forked) store().fork(key, forkId, 0, true, NOW)).session();
    assertThat(fork.system()).isNull();
    assertThat(fork.messageCount()).isZero();
  }

  @Test
  void forks_that_cannot_be_say_why() {
    SessionKey key = Samples.session();
    create(full(key));
    SessionId other = new SessionId(key.sessionId().value() + "-fork");

    assertThat(store().fork(Samples.session(), other, 0, true, NOW))
        .isInstanceOf(ForkResult.SourceNotFound.class);
    assertThat(store().fork(key, other, 4, true, NOW)).isEqualTo(new ForkResult.IndexOutOfRange(3));
    assertThat(store().fork(key, other, -1, true, NOW))
        .isEqualTo(new ForkResult.IndexOutOfRange(3));
    assertThat(store().fork(key, key.sessionId(), 1, true, NOW))
        .isInstanceOf(ForkResult.TargetExists.class);
    assertThat(store().find(new SessionKey(key.tenantId(), other))).isNull();
  }

  @Test
  void loading_brings_the_newest_messages_without_the_system() {
    SessionKey withSystem = Samples.session();
    SessionKey plain = Samples.session();
    SessionKey empty = Samples.session();
    SessionKey missing = Samples.session();
    Session first = create(full(withSystem));
    List<Message> messages = IntStream.range(0, 9).mapToObj(i -> Samples.user("m" + i)).toList();
    create(new NewSession(plain, NOW, null, messages, null, null, null, null, null));
    create(new NewSession(empty, NOW, "only system", List.of(), null, null, null, null, null));

    Map<SessionKey, Conversation> loaded =
        store().load(List.of(withSystem, plain, empty, missing, plain), 4);
    assertThat(loaded).containsOnlyKeys(withSystem, plain, empty);
    assertThat(loaded.get(withSystem).session()).isEqualTo(first);
    assertThat(loaded.get(withSystem).recent())
        .extracting(m -> m.content().text())
        .containsExactly("one", "two");
    assertThat(loaded.get(plain).recent()).isEqualTo(messages.subList(5, 9));
    assertThat(loaded.get(empty).session().system()).isEqualTo("only system");
    assertThat(loaded.get(empty).recent()).isEmpty();
    assertThat(store().load(List.of(), 4)).isEmpty();
  }

  @Test
  void loading_brings_pinned_messages_however_old_they_are() {
    SessionKey key = Samples.session();
    List<Message> messages =
        IntStream.range(0, 9)
            .mapToObj(
                i -> i == 1 || i == 3 || i == 7 ? Samples.pinned("m" + i) : Samples.user("m" + i))
            .toList();
    create(new NewSession(key, NOW, "system", messages, null, null, null, null, null));
    SessionKey copy = Samples.session(key.tenantId());
    store().fork(key, copy.sessionId(), 9, true, NOW);

    Conversation loaded = store().load(List.of(key), 4).get(key);
    Conversation forked = store().load(List.of(copy), 4).get(copy);

    assertThat(loaded.pinned()).extracting(m -> m.content().text()).containsExactly("m1", "m3");
    assertThat(loaded.recent()).isEqualTo(messages.subList(5, 9));
    assertThat(loaded.recentFrom()).isEqualTo(6);
    assertThat(forked.pinned()).isEqualTo(loaded.pinned());
    assertThat(store().load(List.of(key), 100).get(key).pinned()).isEmpty();
  }

  @Test
  void how_a_session_handles_its_context_is_kept_and_forked() {
    SessionKey key = Samples.session();
    SessionKey copy = Samples.session(key.tenantId());
    Session session =
        create(
            new NewSession(
                key,
                NOW,
                null,
                List.of(),
                null,
                null,
                null,
                null,
                null,
                CompactionStrategy.SUMMARISE));
    store().fork(key, copy.sessionId(), 0, true, NOW);

    assertThat(session.contextStrategy()).isEqualTo(CompactionStrategy.SUMMARISE);
    assertThat(store().find(key)).isEqualTo(session);
    assertThat(store().find(copy).contextStrategy()).isEqualTo(CompactionStrategy.SUMMARISE);
  }
}
