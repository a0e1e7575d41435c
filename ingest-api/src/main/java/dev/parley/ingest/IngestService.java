package dev.parley.ingest;

import dev.parley.ingest.deadletters.KafkaDeadLetters;
import dev.parley.ingest.jobs.JobWaiters;
import dev.parley.ingest.jobs.OutcomeFeed;
import dev.parley.ingest.messages.KafkaSubmissionLog;
import dev.parley.ingest.reconciliation.KafkaPublishedUsage;
import dev.parley.runtime.Component;
import dev.parley.runtime.Components;
import dev.parley.runtime.Health;
import dev.parley.runtime.KafkaSettings;
import dev.parley.runtime.TopicSetup;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * The HTTP API on Kafka, over stores that its owner hands in: the composition that both the process
 * of its own and the stack in one process use.
 *
 * <p>It listens before Kafka is there, so that its health can be asked; until then what needs Kafka
 * is answered as unavailable.
 */
public final class IngestService implements Component {

  private final KafkaSubmissionLog log;
  private final OutcomeFeed outcomes;
  private final IngestApi api;

  /**
   * @param watched further components whose health is part of this service's; their owner starts
   *     and closes them
   */
  public IngestService(
      IngestConfig config,
      IngestPorts ports,
      KafkaSettings kafka,
      TopicSetup topics,
      List<? extends Component> watched,
      PrometheusMeterRegistry metrics,
      Clock clock) {
    this.log = new KafkaSubmissionLog(kafka, topics, config.deliveryTimeout(), config.ackTimeout());
    JobWaiters waiters = new JobWaiters();
    List<Component> asked = new ArrayList<>(watched);
    asked.add(log);
    Components health = new Components(asked);
    this.api =
        new IngestApi(
            config,
            ports,
            log,
            new KafkaDeadLetters(kafka),
            new KafkaPublishedUsage(kafka),
            waiters,
            IngestApi.authenticator(config, ports.apiKeys()),
            health::check,
            metrics,
            clock);
    this.outcomes = new OutcomeFeed(kafka, api::jobEnded);
  }

  @Override
  public String name() {
    return "ingest-api";
  }

  @Override
  public void start() throws InterruptedException {
    try {
      api.start();
      log.start();
      outcomes.start();
    } catch (RuntimeException | InterruptedException e) {
      close();
      throw e;
    }
  }

  @Override
  public Health check() {
    return api.check() instanceof Health.Down down ? down : log.check();
  }

  @Override
  public void close() {
    // The API drains first, while the log can still take what is in flight.
    api.close();
    outcomes.close();
    log.close();
  }

  /** The port that it listens on. */
  public int port() {
    return api.port();
  }
}
