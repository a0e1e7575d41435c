package dev.parley.worker.turn;

import dev.parley.schemas.CompactionStrategy;
import dev.parley.schemas.UsageEvent;
import dev.parley.schemas.chat.Message;
import dev.parley.storage.ContextSummary;
import dev.parley.storage.Conversation;
import dev.parley.storage.Session;
import dev.parley.storage.TurnWriter.TurnEnd;
import dev.parley.worker.context.Outline;
import dev.parley.worker.context.SlidingWindow;
import dev.parley.worker.context.Window;
import dev.parley.worker.engine.Turn;
import dev.parley.worker.provider.ProviderException;
import dev.parley.worker.routing.RoutePlan;
import dev.parley.worker.turn.RunningTurns.RunningTurn;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what of its conversation a turn sends, and has a summary made where the session wants one
 * and there is no room. Thread-safe.
 */
final class TurnContext {

  private static final Logger log = LoggerFactory.getLogger(TurnContext.class);

  /** So that the numbers of the attempt's other calls need not be known. */
  private static final int FIRST_SUMMARY_STEP = 101;

  private final Summariser summariser;
  private final RunningTurns running;
  private final TurnSettings settings;
  private final ToLongFunction<Message> tokensOf;

  TurnContext(
      Summariser summariser,
      RunningTurns running,
      TurnSettings settings,
      ToLongFunction<Message> tokensOf) {
    this.summariser = summariser;
    this.running = running;
    this.settings = settings;
    this.tokensOf = tokensOf;
  }

  /**
   * What is sent.
   *
   * @param messages the new one last
   * @param room of the turn
   * @param budget how many tokens the messages may have
   * @param summary to be kept with the session; null when none was made
   * @param usage of the calls that made it
   * @param cancelled whether the job was cancelled meanwhile; nothing is to be sent then
   */
  record Prepared(
      List<Message> messages,
      ContextRoom room,
      long budget,
      @Nullable ContextSummary summary,
      List<UsageEvent> usage,
      boolean cancelled) {

    /** The turn's end with what preparing it brought. */
    TurnEnd in(TurnEnd end) {
      if (usage.isEmpty() && summary == null) {
        return end;
      }
      List<UsageEvent> all = new ArrayList<>(end.usage());
      all.addAll(usage);
      return new TurnEnd(
          end.outcome(),
          end.attempt(),
          end.incarnation(),
          end.messages(),
          end.messages().isEmpty() ? null : summary,
          end.rewrite(),
          all);
    }
  }

  /** What of it a route is sent, and how long its answer may be. */
  record Fitted(List<Message> messages, int maxOutputTokens) {}

  /** What the turn may send to its first route. */
  private record Bounds(ContextRoom room, long budget) {
    Prepared prepared(List<Message> messages) {
      return new Prepared(messages, room, budget, null, List.of(), false);
    }
  }

  /**
   * @throws InterruptedException when the engine wants the turn to stop
   */
  Prepared prepare(PreparedTurn turn, RoutePlan plan, Message question, Turn inEngine)
      throws InterruptedException {
    Session session = turn.conversation().session();
    CompactionStrategy strategy =
        session.contextStrategy() == null ? settings.contextStrategy() : session.contextStrategy();
    ContextRoom room = ContextRoom.of(turn, settings);
    Bounds bounds = new Bounds(room, room.forMessages(plan.routes().getFirst().model()));
    return switch (strategy) {
      case SLIDING_WINDOW -> {
        List<Message> all = new ArrayList<>(turn.conversation().pinned());
        all.addAll(turn.conversation().recent());
        all.add(question);
        yield bounds.prepared(fit(all, bounds.budget()));
      }
      case SUMMARISE -> summarised(turn, plan, question, bounds, inEngine);
    };
  }

  /**
   * What one of the plan's routes is sent: fewer messages, where its window is smaller than that of
   * the first.
   */
  Fitted fitted(Prepared prepared, String model) {
    ContextRoom room = prepared.room();
    long budget = room.forMessages(model);
    List<Message> messages =
        budget < prepared.budget() ? fit(prepared.messages(), budget) : prepared.messages();
    return new Fitted(messages, room.forAnswer(model, messages, tokensOf));
  }

  private List<Message> fit(List<Message> messages, long budget) {
    return new SlidingWindow(settings.maxContextMessages(), tokensOf).fit(messages, budget);
  }

  private Prepared summarised(
      PreparedTurn turn, RoutePlan plan, Message question, Bounds bounds, Turn inEngine)
      throws InterruptedException {
    long budget = bounds.budget();
    Conversation conversation = turn.conversation();
    Session session = conversation.session();
    ContextSummary known = session.summary();
    long until = Math.max(session.firstPosition(), known == null ? 0 : known.until());
    long seenFrom = Math.max(until, conversation.recentFrom());
    List<Message> fresh = new ArrayList<>(recentFrom(conversation, seenFrom));
    fresh.add(question);
    List<Message> all = assembled(turn, known, seenFrom, fresh);
    if (until == seenFrom
        && keep(all, settings.maxContextMessages(), budget).cardinality() == all.size()) {
      return bounds.prepared(fit(all, budget));
    }
    // Half of the room, so that not every turn that follows needs a new summary.
    BitSet staying = keep(fresh, Math.max(1, settings.maxContextMessages() / 2), budget / 2);
    int goes = staying.previousClearBit(fresh.size() - 1) + 1;
    long to = seenFrom + goes;
    if (to == until) {
      return bounds.prepared(fit(all, budget));
    }
    SummaryProgress progress = progress(turn, known, until);
    String text = summary(turn, plan, to, progress, inEngine);
    if (text == null) {
      return new Prepared(
          fit(all, budget), bounds.room(), budget, null, progress.usage, progress.cancelled);
    }
    ContextSummary summary = new ContextSummary(text, to);
    List<Message> left = assembled(turn, summary, to, fresh.subList(goes, fresh.size()));
    return new Prepared(fit(left, budget), bounds.room(), budget, summary, progress.usage, false);
  }

  private static List<Message> recentFrom(Conversation conversation, long position) {
    int skip = (int) (position - conversation.recentFrom());
    return conversation.recent().subList(skip, conversation.recent().size());
  }

  /** Pinned messages before the position, the summary, and the messages from there on. */
  private static List<Message> assembled(
      PreparedTurn turn, @Nullable ContextSummary summary, long from, List<Message> fresh) {
    Conversation conversation = turn.conversation();
    List<Message> all = new ArrayList<>(conversation.pinned());
    conversation.recent().subList(0, (int) (from - conversation.recentFrom())).stream()
        .filter(message -> Boolean.TRUE.equals(message.pinned()))
        .forEach(all::add);
    if (summary != null) {
      all.add(
          Summariser.message(summary.text(), summary.until(), turn.submission(), turn.startedAt()));
    }
    all.addAll(fresh);
    return all;
  }

  private BitSet keep(List<Message> messages, int maxMessages, long maxTokens) {
    return new Window(maxMessages, maxTokens)
        .keep(messages.stream().map(message -> Outline.of(message, tokensOf)).toList());
  }

  private static SummaryProgress progress(
      PreparedTurn turn, @Nullable ContextSummary known, long until) {
    SummaryProgress progress = turn.history().summary;
    if (progress == null) {
      progress = new SummaryProgress(known == null ? null : known.text(), until);
      turn.history().summary = progress;
    }
    return progress;
  }

  /** Null when there is none to be had: the turn then does without. */
  private @Nullable String summary(
      PreparedTurn turn, RoutePlan plan, long to, SummaryProgress progress, Turn inEngine)
      throws InterruptedException {
    Summariser.Order order =
        new Summariser.Order(
            turn.submission(),
            turn.attempt(),
            FIRST_SUMMARY_STEP,
            plan,
            BudgetGuard.Spender.of(turn),
            to,
            position -> true,
            settings.maxContextTokens());
    RunningTurn call = running.begin(turn.submission().jobId(), turn.attempt(), turn.startedAt());
    InterruptedException interrupt = null;
    String text = null;
    String trouble = "empty_summary";
    try (Turn.Absence _ = inEngine.leave()) {
      text = summariser.summarise(order, progress);
    } catch (ProviderException e) {
      trouble = e.code();
    } catch (BudgetStop e) {
      trouble = e.error().code();
    } catch (Summariser.EmptySummaryException e) {
      // Told by the text that is missing.
    } catch (InterruptedException e) {
      interrupt = e;
    } finally {
      progress.cancelled = call.end();
    }
    if (interrupt != null && !progress.cancelled) {
      throw interrupt;
    }
    if (text == null && !progress.cancelled) {
      log.atWarn()
          .setMessage("no summary, the window slides")
          .addKeyValue("job", turn.submission().jobId())
          .addKeyValue("cause", trouble)
          .log();
    }
    return progress.cancelled ? null : text;
  }
}
