package dev.parley.worker.provider;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a provider call failed. */
public sealed interface Failure {

  /** Stable, for programs and for the tenant. */
  String code();

  /** For people; holds no secret, no internals and nothing of the conversation. */
  String message();

  /** Whether the same call may well succeed later. */
  boolean retryable();

  /** How long the provider asked to wait; null when it did not. */
  default @Nullable Duration retryAfter() {
    return null;
  }

  /** Whether the provider was called at all; what was not called is no try. */
  default boolean attempted() {
    return true;
  }

  /** The provider fails, and our own circuit breaker keeps calls away from it. */
  record CircuitOpen(Duration retryAfter) implements Failure {
    @Override
    public String code() {
      return "provider_circuit_open";
    }

    @Override
    public String message() {
      return "the provider keeps failing and is left alone for a while";
    }

    @Override
    public boolean retryable() {
      return true;
    }

    @Override
    public boolean attempted() {
      return false;
    }
  }

  /** As many requests or tokens as we allow ourselves in a minute are in use. */
  record LimitReached(Duration retryAfter) implements Failure {
    @Override
    public String code() {
      return "provider_limit_reached";
    }

    @Override
    public String message() {
      return "the limit of calls to the provider was reached";
    }

    @Override
    public boolean retryable() {
      return true;
    }

    @Override
    public boolean attempted() {
      return false;
    }
  }

  /** The worker has repeated too many calls of late. */
  record RetriesSpent() implements Failure {
    @Override
    public String code() {
      return "provider_retries_limited";
    }

    @Override
    public String message() {
      return "too many calls are being repeated";
    }

    @Override
    public boolean retryable() {
      return true;
    }

    @Override
    public boolean attempted() {
      return false;
    }
  }

  /** Too many requests or tokens a minute. */
  record RateLimited(@Nullable Duration retryAfter) implements Failure {
    @Override
    public String code() {
      return "provider_rate_limited";
    }

    @Override
    public String message() {
      return "the provider's rate limit was reached";
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /** The provider has no capacity. */
  record Overloaded(@Nullable Duration retryAfter) implements Failure {
    @Override
    public String code() {
      return "provider_overloaded";
    }

    @Override
    public String message() {
      return "the provider is overloaded";
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /**
   * One of our deadlines passed. When it is that of the whole call there is no time left to retry.
   */
  record Timeout(Deadlines.Phase phase) implements Failure {
    @Override
    public String code() {
      return "provider_timeout";
    }

    @Override
    public String message() {
      return switch (phase) {
        case CONNECT -> "no connection to the provider could be made in time";
        case FIRST_TOKEN -> "the provider did not begin to answer in time";
        case IDLE -> "the provider stopped answering in the middle";
        case TOTAL -> "the provider's answer took too long";
      };
    }

    @Override
    public boolean retryable() {
      return phase != Deadlines.Phase.TOTAL;
    }
  }

  /** No connection, or it broke before an answer began. */
  record Connection() implements Failure {
    @Override
    public String code() {
      return "provider_unreachable";
    }

    @Override
    public String message() {
      return "the connection to the provider failed";
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /** The answer broke off: reset, unreadable, or ended without saying that it has ended. */
  record BrokenStream() implements Failure {
    @Override
    public String code() {
      return "provider_stream_broken";
    }

    @Override
    public String message() {
      return "the provider's answer broke off";
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /** The provider failed in a way that may pass: 408, 409 and 5xx. */
  record ServerError(int status, @Nullable Duration retryAfter) implements Failure {
    @Override
    public String code() {
      return "provider_error";
    }

    @Override
    public String message() {
      return "the provider failed to answer";
    }

    @Override
    public boolean retryable() {
      return true;
    }
  }

  /** An answer that breaks the provider's own format or our limits; the next would do so too. */
  record InvalidReply() implements Failure {
    @Override
    public String code() {
      return "provider_reply_invalid";
    }

    @Override
    public String message() {
      return "the provider's answer could not be read";
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /**
   * The provider, or the adapter on its behalf, does not take this call.
   *
   * @param reason a short identifier, for instance {@code context_length_exceeded}; null if unknown
   */
  record InvalidRequest(@Nullable String reason) implements Failure {
    @Override
    public String code() {
      return "provider_rejected_request";
    }

    @Override
    public String message() {
      return reason == null
          ? "the provider rejected the request"
          : "the provider rejected the request: " + reason;
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /** The key is missing, wrong or not allowed to. */
  record Authentication() implements Failure {
    @Override
    public String code() {
      return "provider_authentication_failed";
    }

    @Override
    public String message() {
      return "the provider did not accept the credentials";
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /**
   * The tenant has a key of its own, and it does not open: the deployment's is not used instead.
   */
  record OwnKeyUnreadable() implements Failure {
    @Override
    public String code() {
      return "provider_key_unreadable";
    }

    @Override
    public String message() {
      return "the tenant's own key for the provider cannot be read";
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /** The account's money or its quota for the day or month is used up. */
  record QuotaExhausted() implements Failure {
    @Override
    public String code() {
      return "provider_quota_exhausted";
    }

    @Override
    public String message() {
      return "the quota at the provider is used up";
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }

  /** The provider refused on account of the content. */
  record ContentFiltered() implements Failure {
    @Override
    public String code() {
      return "provider_content_filtered";
    }

    @Override
    public String message() {
      return "the provider's content filter refused the request";
    }

    @Override
    public boolean retryable() {
      return false;
    }
  }
}
