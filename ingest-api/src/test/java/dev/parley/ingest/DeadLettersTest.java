package dev.parley.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.parley.ingest.deadletters.DeadLetter;
import dev.parley.ingest.deadletters.DeadLetter.RecordHeader;
import dev.parley.ingest.deadletters.LetterId;
import dev.parley.ingest.testing.ApiServer;
import dev.parley.ingest.testing.ApiServer.Reply;
import dev.parley.schemas.Headers;
import dev.parley.schemas.JobError;
import dev.parley.schemas.JobId;
import dev.parley.schemas.JobStatus;
import dev.parley.schemas.SessionId;
import dev.parley.schemas.TenantId;
import dev.parley.storage.Job;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dead letters as administrators see them. */
final class DeadLettersTest {

  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final JobId JOB = new JobId("job_1");

  private ApiServer server;

  @BeforeEach
  void start() {
    server = ApiServer.start();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void put(int partition, long offset, String value) {
    List<RecordHeader> headers = new ArrayList<>();
    headers.add(new RecordHeader(Headers.JOB_ID, bytes(JOB.value())));
    headers.add(new RecordHeader("odd", new byte[] {(byte) 0xff}));
    headers.add(new RecordHeader(Headers.DEAD_LETTER_REASON, bytes("exhausted")));
    headers.add(new RecordHeader(Headers.DEAD_LETTER_DETAIL, bytes("it failed 5 times")));
    headers.add(new RecordHeader(Headers.DEAD_LETTER_TOPIC, bytes("chat.submissions")));
    headers.add(new RecordHeader(Headers.DEAD_LETTER_PARTITION, bytes("3")));
    headers.add(new RecordHeader(Headers.DEAD_LETTER_OFFSET, bytes("77")));
    LetterId id = new LetterId(partition, offset);
    server.deadLetters.letters.put(
        id, new DeadLetter(id, NOW, bytes("acme/s1"), bytes(value), headers));
  }

  private Reply admin(String method, String path) {
    return server.call(method, path, "", "authorization", "Bearer " + server.adminKey);
  }

  @Test
  void aLetterIsShownByWhatItIsAboutAndNotByWhatItSays() {
    put(2, 10, "{\"content\":\"SECRET\"}");
    Reply list = admin("GET", "/admin/dead-letters");
    assertThat(list.status()).isEqualTo(200);
    assertThat(list.body())
        .isEqualTo(
            "{\"deadLetters\":{\"items\":[{\"id\":\"2-10\",\"timestamp\":\"2026-01-02T03:04:05.000Z\","
                + "\"reason\":\"exhausted\",\"detail\":\"it failed 5 times\","
                + "\"source\":{\"topic\":\"chat.submissions\",\"partition\":3,\"offset\":77},"
                + "\"tenantId\":\"acme\",\"sessionId\":\"s1\",\"jobId\":\"job_1\",\"key\":\"acme/s1\","
                + "\"headers\":{\"job-id\":\"job_1\",\"odd\":\"base64:/w==\"},\"valueBytes\":20}]}}");
    Reply one = admin("GET", "/admin/dead-letters/2-10");
    assertThat(one.body()).doesNotContain("SECRET").contains("\"id\":\"2-10\"");
    assertThat(
            admin("GET", "/admin/dead-letters/2-10?include=value").at("/deadLetter/value/content"))
        .isEqualTo("SECRET");
  }

  @Test
  void lettersAreListedPageByPage() {
    for (int i = 0; i < 5; i++) {
      put(i % 2, i, "broken {");
    }
    List<String> ids = new ArrayList<>();
    String cursor = "";
    do {
      Reply page = admin("GET", "/admin/dead-letters?limit=2" + cursor);
      page.json().at("/deadLetters/items").forEach(item -> ids.add(item.get("id").asText()));
      String next = page.at("/deadLetters/nextCursor");
      cursor = next.isEmpty() ? "" : "&cursor=" + next;
    } while (!cursor.isEmpty());
    assertThat(ids).containsExactly("0-0", "0-2", "0-4", "1-1", "1-3");
    assertThat(admin("GET", "/admin/dead-letters?limit=5").at("/deadLetters/nextCursor")).isEmpty();
  }

  @Test
  void aLetterIsSentAgainOnceAndTheListTells() {
    put(0, 1, "x");
    server.stores.jobs.put(JOB, failed());
    Reply first = admin("POST", "/admin/dead-letters/0-1/redrive");
    assertThat(first.status()).isEqualTo(200);
    assertThat(first.at("/deadLetter/redrivenAt")).isNotEmpty();
    assertThat(first.header("idempotent-replayed")).isEmpty();
    assertThat(server.stores.jobs.get(JOB)).as("no longer failed").isNull();

    Reply second = admin("POST", "/admin/dead-letters/0-1/redrive");
    assertThat(second.status()).isEqualTo(200);
    assertThat(second.at("/deadLetter/redrivenAt")).isEqualTo(first.at("/deadLetter/redrivenAt"));
    assertThat(second.header("idempotent-replayed")).isEqualTo("true");
    assertThat(server.deadLetters.sentAgain).hasSize(1);
    assertThat(admin("GET", "/admin/dead-letters").at("/deadLetters/items/0/redrivenAt"))
        .isEqualTo(first.at("/deadLetter/redrivenAt"));
  }

  @Test
  void aLetterThatCouldNotBeSentCanBeSentLater() {
    put(0, 1, "x");
    server.deadLetters.gone = true;
    Reply gone = admin("POST", "/admin/dead-letters/0-1/redrive");
    assertThat(gone.status()).isEqualTo(409);
    assertThat(gone.at("/error/code")).isEqualTo("dead_letter_not_redrivable");
    server.deadLetters.gone = false;
    assertThat(admin("POST", "/admin/dead-letters/0-1/redrive").status()).isEqualTo(200);
    assertThat(server.deadLetters.sentAgain).hasSize(1);
  }

  @Test
  void whileTheLogIsAwayTheAnswerIsToComeAgain() {
    server.deadLetters.away = true;
    Reply reply = admin("GET", "/admin/dead-letters");
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.header("retry-after")).isEqualTo("2");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"9-9", "x", "1", "-1", "1-", "1-2-3", "9999999-1", "0-9999999999999999999"})
  void aLetterThatIsNotThereIsNotFound(String id) {
    Reply reply = admin("POST", "/admin/dead-letters/" + id + "/redrive");
    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.at("/error/code")).isEqualTo("dead_letter_not_found");
    assertThat(admin("GET", "/admin/dead-letters?cursor=x").at("/error/code"))
        .isEqualTo("invalid_cursor");
    assertThat(admin("GET", "/admin/dead-letters?include=all").at("/error/code"))
        .isEqualTo("invalid_include");
  }

  private static Job failed() {
    return new Job(
        JOB,
        new TenantId("acme"),
        new SessionId("s1"),
        JobStatus.FAILED,
        1,
        null,
        NOW,
        NOW,
        NOW,
        null,
        null,
        new JobError("dead_lettered", "the job could not be handled"));
  }
}
